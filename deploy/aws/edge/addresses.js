// Runs in CloudFront before a page is asked for: index documents, missing slashes, and where
// the pages of former units lead. `deploy/aws/edge.py` puts the two values in.

// ";heir former former ;heir former "; the functions of CloudFront may weigh 10 KB in all.
var HEIRS = "@HEIRS@";
// What a former unit's address still shows itself.
var KEPT = "@KEPT@";

function handler(event) {
  var request = event.request;
  var parts = request.uri.split("/");
  var last = parts[parts.length - 1];
  var isPage = last.indexOf(".") < 0;
  // Two slashes at the front would lead to another host, and browsers take "\\" for a slash.
  if (/^\/[\/\\]/.test(request.uri)) return request;

  var rest = parts.slice(2).join("/");
  if (isPage && last !== "") rest += "/";
  var heir = parts.length > 2 ? heirOf(parts[1]) : "";
  if (heir && KEPT.indexOf(" " + rest + " ") < 0) {
    return redirect("/" + heir + "/" + rest, request.querystring);
  }
  if (last === "") {
    request.uri += "index.html";
  } else if (isPage) {
    return redirect(request.uri + "/", request.querystring);
  }
  return request;
}

function heirOf(unit) {
  if (!/^[a-z0-9-]+$/.test(unit)) return "";
  var found = HEIRS.indexOf(" " + unit + " ");
  if (found < 0) return "";
  var start = HEIRS.lastIndexOf(";", found) + 1;
  return HEIRS.slice(start, HEIRS.indexOf(" ", start));
}

function redirect(path, query) {
  var pairs = [];
  Object.keys(query).forEach(function (name) {
    (query[name].multiValue || [query[name]]).forEach(function (one) {
      pairs.push(one.value === "" ? name : name + "=" + one.value);
    });
  });
  return {
    statusCode: 308,
    statusDescription: "Permanent Redirect",
    headers: {
      location: { value: path + (pairs.length ? "?" + pairs.join("&") : "") },
      // A browser would keep a permanent answer beyond the next merger or split.
      "cache-control": { value: "no-cache" },
    },
  };
}
