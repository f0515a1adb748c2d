// Runs in CloudFront before a request goes to the API: what is larger than a function can take
// gets an answer that people understand. `deploy/aws/edge.py` puts the values in.

var MOST_BYTES = Number("@MOST_BYTES@");
var PAGE = "@PAGE@";
var DOCUMENT = "@DOCUMENT@";
var HEADERS = "@HEADERS@";

function handler(event) {
  var sent = event.request.headers;
  var length = sent["content-length"] ? Number(sent["content-length"].value) : 0;
  if (!(length > MOST_BYTES)) return event.request;

  var wantsJson = sent.accept ? sent.accept.value.indexOf("application/json") >= 0 : false;
  var headers = JSON.parse(HEADERS);
  headers["content-type"] = {
    value: wantsJson ? "application/json" : "text/html; charset=utf-8",
  };
  return {
    statusCode: 413,
    statusDescription: "Content Too Large",
    headers: headers,
    body: { encoding: "text", data: wantsJson ? DOCUMENT : PAGE },
  };
}
