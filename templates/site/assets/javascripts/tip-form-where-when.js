/* Two small helps: the position of the phone, asked for by a tap only, and "now". */

const GIVE_UP_AFTER = 20000;
const PERMISSION_DENIED = 1;

export function setUpPosition(area, form, say) {
  const state = area.querySelector("[data-position]");
  const forgetRow = area.querySelector("[data-forget-row]");
  const button = area.querySelector("[data-locate]");
  if (!navigator.geolocation) {
    area.querySelector(".tf-position").hidden = true;
    return;
  }

  const put = (latitude, longitude) => {
    form.elements.latitude.value = latitude;
    form.elements.longitude.value = longitude;
    forgetRow.hidden = !latitude;
  };

  // An answer that comes after the sender thought better of it must not count.
  let asked = 0;
  button.addEventListener("click", () => {
    asked += 1;
    const mine = asked;
    state.textContent = say("locating");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        if (mine === asked) {
          put(coords.latitude.toFixed(6), coords.longitude.toFixed(6));
          state.textContent = say("located", { n: Math.max(1, Math.round(coords.accuracy)) });
        }
      },
      (error) => {
        if (mine === asked) {
          const isDenied = error.code === PERMISSION_DENIED;
          state.textContent = say(isDenied ? "locate-denied" : "locate-failed");
        }
      },
      { enableHighAccuracy: true, timeout: GIVE_UP_AFTER, maximumAge: 60000 },
    );
  });
  area.querySelector("[data-forget]").addEventListener("click", () => {
    asked += 1;
    put("", "");
    state.textContent = say("locate-forgotten");
    button.focus();
  });
}

export function setUpTime(area, form) {
  const field = form.elements.occurred_at;
  area.querySelector("[data-now]").addEventListener("click", () => {
    const now = new Date();
    field.value = new Date(now.getTime() - now.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
  });
  area.querySelector("[data-no-time]").addEventListener("click", () => {
    field.value = "";
  });
}
