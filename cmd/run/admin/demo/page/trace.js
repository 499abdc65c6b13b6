// The panes that show what happened: the list of steps and the SIP messages.

const keep = 200; // entries per list; the oldest go first

const twoDigits = (n) => String(n).padStart(2, "0");

function timeOf(date, fraction) {
  const element = document.createElement("time");
  element.dateTime = date.toISOString();
  element.textContent = [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(":");
  if (fraction) element.textContent += "." + String(date.getMilliseconds()).padStart(3, "0");
  return element;
}

function textOf(tag, className, text) {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text; // never markup: the text comes from the network
  return element;
}

// append adds an entry; its pane stays at the end, unless the reader has
// scrolled up.
function append(list, entry) {
  const pane = list.closest(".pane");
  const atEnd = pane.scrollHeight - pane.scrollTop - pane.clientHeight < 30;
  list.append(entry);
  while (list.childElementCount > keep) list.firstElementChild.remove();
  if (atEnd) pane.scrollTop = pane.scrollHeight;
}

// addStep tells the reader one step; bad ones stand out.
export function addStep(list, text, bad = false) {
  const item = document.createElement("li");
  if (bad) item.className = "bad";
  item.append(timeOf(new Date()), textOf("span", "", text));
  append(list, item);
}

// addMessage shows one SIP message, closed to its first line.
export function addMessage(list, way, message) {
  const entry = document.createElement("details");
  entry.className = way;
  const summary = document.createElement("summary");
  summary.append(
    timeOf(new Date(), true),
    textOf("span", "way", way === "sent" ? "→ sent" : "← got"),
    textOf("span", "what", titleOf(message)),
  );
  entry.append(summary, textOf("pre", "", message.trim()));
  append(list, entry);
}

// titleOf is the first line without the version; a response also says to what.
function titleOf(message) {
  const first = message.slice(0, message.indexOf("\r\n"));
  if (!first.startsWith("SIP/2.0 ")) return first.replace(/ SIP\/2\.0$/, "");
  const method = /^CSeq:\s*\d+\s+(\S+)/im.exec(message)?.[1];
  return `${first.slice("SIP/2.0 ".length)} (${method})`;
}
