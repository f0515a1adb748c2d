/* Widgets that Decap lacks: yes, no or not said; a list of texts, one a line; a day. And two of its
   own, for the English in them that is no phrase of its catalogue. */

(function () {
  "use strict";

  const { page, words } = window.binhyen;
  const { CMS, createClass, h } = window;

  /* Yes, no, and nothing said yet: Decap's own switch has no third. */
  const YesNo = createClass({
    choose(event) {
      const chosen = event.target.value;
      this.props.onChange(chosen ? chosen === "yes" : null);
    },

    render() {
      const { value, forID, classNameWrapper, setActiveStyle, setInactiveStyle } = this.props;
      return h(
        "select",
        {
          id: forID,
          className: classNameWrapper,
          value: value === true ? "yes" : value === false ? "no" : "",
          onChange: this.choose,
          onFocus: setActiveStyle,
          onBlur: setInactiveStyle,
        },
        h("option", { value: "" }, words.say_nothing),
        h("option", { value: "yes" }, words.say_yes),
        h("option", { value: "no" }, words.say_no),
      );
    },
  });

  /* Decap's list of texts is a box for each, or one line parted by commas, which sentences hold. */
  const Lines = createClass({
    getInitialState() {
      return { typed: this.given().join("\n") };
    },

    given() {
      const { value } = this.props;
      return value && value.toJS ? value.toJS() : value || [];
    },

    linesOf(typed) {
      return typed.split("\n").map((line) => line.trim()).filter(Boolean);
    },

    /* What is typed stays as it is, blank lines too, until the value changes from elsewhere. */
    componentDidUpdate(before) {
      const given = this.given().join("\n");
      if (before.value !== this.props.value && given !== this.linesOf(this.state.typed).join("\n")) {
        this.setState({ typed: given });
      }
    },

    type(event) {
      const typed = event.target.value;
      this.setState({ typed });
      this.props.onChange(this.linesOf(typed));
    },

    render() {
      const { forID, classNameWrapper, setActiveStyle, setInactiveStyle } = this.props;
      const { typed } = this.state;
      return h("textarea", {
        id: forID,
        className: classNameWrapper,
        rows: Math.min(Math.max(typed.split("\n").length + 1, 3), 14),
        value: typed,
        onChange: this.type,
        onFocus: setActiveStyle,
        onBlur: setInactiveStyle,
      });
    },
  });

  /* Browsers write a day as their own language does, so it stands beside in ours, whatever theirs
     is. Today is the server's: the clock of a phone may be wrong. */
  const Day = createClass({
    set(value) {
      this.props.onChange(value);
    },

    written(value) {
      const [year, month, day] = value.split("-");
      return day ? `${day}/${month}/${year}` : "";
    },

    render() {
      const { forID, classNameWrapper, setActiveStyle, setInactiveStyle } = this.props;
      const value = String(this.props.value || "").slice(0, 10);
      return h(
        "div",
        { className: `${classNameWrapper} be-day` },
        h("input", {
          id: forID,
          type: "date",
          value,
          onChange: (event) => this.set(event.target.value),
          onFocus: setActiveStyle,
          onBlur: setInactiveStyle,
        }),
        h("b", {}, this.written(value)),
        h("button", { type: "button", onClick: () => this.set(page.today) }, words.today),
        h("button", { type: "button", onClick: () => this.set("") }, words.no_day),
      );
    },
  });

  /* Decap calls a row by the first field's name where its summary is empty: “No act”. */
  class List extends CMS.getWidget("list").control {
    objectLabel(row) {
      const label = super.objectLabel(row);
      return /^No [a-z_]+$/.test(label) ? words.empty_row : label;
    }
  }

  /* What is said to those who hear the choices instead of seeing them is their names alone. */
  const HEARD = {
    guidance: () => "",
    onChange: ({ label }) => label || "",
    onFocus: ({ label }) => label || "",
    onFilter: ({ resultsMessage }) => resultsMessage,
  };

  class Select extends CMS.getWidget("select").control {
    render() {
      const { type, props } = super.render();
      return h(type, {
        ...props,
        noOptionsMessage: () => words.no_choices,
        screenReaderStatus: ({ count }) => `${words.choices}: ${count}`,
        ariaLiveMessages: HEARD,
        styles: { ...props.styles, noOptionsMessage: (style) => ({ ...style, color: "inherit" }) },
      });
    }
  }

  function renewed(name, control) {
    const { preview, schema } = CMS.getWidget(name);
    CMS.registerWidget(name, control, preview, schema);
  }

  renewed("list", List);
  renewed("select", Select);
  CMS.registerWidget("day", Day);
  CMS.registerWidget("yes-no", YesNo);
  CMS.registerWidget("lines", Lines);
})();
