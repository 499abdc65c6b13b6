// The page: its forms, buttons and panes, and the phone behind them.

import { Sound } from "./sound.js";
import { Phone, State } from "./phone.js";
import { addMessage, addStep } from "./trace.js";

const $ = (id) => document.getElementById(id);
const sound = new Sound($("remote"));
const step = (text, bad) => addStep($("steps"), text, bad);

const phone = new Phone({
  changed: show,
  step,
  trace: (way, message) => addMessage($("trace"), way, message),
  stream,
  hear: (remote) => sound.hear(remote),
  over: () => sound.silence(),
});

async function stream() {
  if ($("microphone").checked) {
    try {
      return await sound.microphone();
    } catch (error) {
      step(`No microphone: ${error.message}. A tone instead.`, true);
    }
  }
  return sound.tone();
}

// show makes the page say what the phone does.
function show(state, peer) {
  const online = state !== State.offline;
  const idle = state === State.registered;
  const inCall = [State.calling, State.ringing, State.talking].includes(state);
  document.body.dataset.state = state;
  document.title = { ringing: `☎ ${peer} calls`, talking: `● ${peer}` }[state] ?? (online ? `${$("name").value} – Sluice demo` : "Sluice demo");
  $("badge").textContent = { calling: "calling", ringing: "ringing", talking: "in call" }[state] ?? state;
  $("status").textContent = {
    offline: "Connect first.",
    connecting: "Not registered yet.",
    registered: "Ready to call and to be called.",
    calling: `Calling ${peer} …`,
    ringing: `${peer} calls you.`,
    talking: `In call with ${peer}.`,
  }[state];
  $("connect").textContent = online ? "Disconnect" : "Connect";
  $("connect").classList.toggle("primary", !online);
  for (const id of ["name", "url"]) $(id).disabled = online;
  $("call").disabled = !idle;
  $("answer").hidden = state !== State.ringing;
  $("hangup").hidden = !inCall;
  $("hangup").textContent = { calling: "Cancel", ringing: "Decline" }[state] ?? "Hang up";
  $("meters").hidden = state !== State.talking;
  $("hint").hidden = inCall || $("others").childElementCount > 0;
  announce();
}

$("you").addEventListener("submit", (event) => {
  event.preventDefault();
  if (phone.state !== State.offline) return phone.disconnect();
  sound.wake();
  try {
    phone.connect($("url").value, $("name").value, $("domain").textContent);
  } catch (error) {
    step(error.message, true);
  }
});

$("dial").addEventListener("submit", (event) => {
  event.preventDefault();
  sound.wake();
  if (phone.state !== State.registered) return;
  phone.call($("target").value.trim());
  $("hangup").focus();
});

$("answer").addEventListener("click", () => {
  sound.wake();
  $("answer").hidden = true;
  $("hangup").focus();
  phone.answer();
});
$("hangup").addEventListener("click", () => {
  phone.hangUp();
  $("call").focus();
});
$("clear").addEventListener("click", () => $("trace").replaceChildren());
$("speaker").addEventListener("change", () => { $("remote").muted = !$("speaker").checked; });
addEventListener("pagehide", () => phone.disconnect());
document.addEventListener("securitypolicyviolation", ({ blockedURI }) =>
  step(`This page may connect to its own host and to this machine, not to ${blockedURI}`, true));

setInterval(() => {
  if (phone.state !== State.talking) return;
  const seconds = phone.seconds;
  $("clock").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  $("level").value = sound.level();
}, 100);

// Tabs of one browser tell each other their names, to have them at hand in the
// call box. Nothing else passes there: calls go through the server.
const tabs = new BroadcastChannel("sluice demo");

function announce(answer = false) {
  const here = phone.state !== State.offline && phone.state !== State.connecting;
  tabs.postMessage({ name: $("name").value, here, answer });
}

tabs.addEventListener("message", ({ data }) => {
  const { name, here, answer } = data;
  const known = [...$("others").children].find((option) => option.value === name);
  if (here && !known) $("others").append(new Option("", name));
  if (!here) known?.remove();
  if (here && $("target").value === "") $("target").value = name;
  if (!here && $("target").value === name) $("target").value = "";
  $("hint").hidden ||= here;
  if (!answer && here) announce(true);
});

// A page that is new here has a name of its own and the server's address.
const names = ["alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi"];
const random = (n) => Math.floor(Math.random() * n);
$("name").value = `${names[random(names.length)]}-${10 + random(90)}`;

const settings = await (await fetch("/demo/config.json")).json();
$("url").value = settings.websocket.replace("{host}", location.hostname);
$("domain").textContent = settings.domain;
