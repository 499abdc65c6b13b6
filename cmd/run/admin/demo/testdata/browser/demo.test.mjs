// Two tabs of one Chromium call each other through a real server. What is
// asserted is what a user sees; only that sound arrives is asked of WebRTC.
//
//	SLUICE=/path/to/sluice node --test demo.test.mjs
//
// SHOTS=directory leaves pictures of the page there.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { Tab, home, startBrowser, startServer } from "./stage.mjs";

let stopServer, browser, alice, bob;

before(async () => {
  stopServer = await startServer();
  browser = await startBrowser();
  alice = await Tab.open(browser.context, "alice-1");
  bob = await Tab.open(browser.context, "bob-2");
});

after(async () => {
  await browser?.stop();
  await stopServer?.();
});

afterEach(() => Promise.all([alice.clearSteps(), bob.clearSteps()]));

const options = { timeout: 60_000 };

async function shoot(tab, name) {
  if (process.env.SHOTS) await tab.page.screenshot({ path: join(process.env.SHOTS, `${name}.png`), fullPage: true });
}

// talk brings up a call from one to the other.
async function talk(caller, callee) {
  await caller.call(callee.name);
  await callee.state("ringing");
  await callee.answer();
  await Promise.all([caller.state("talking"), callee.state("talking")]);
}

async function bothReady() {
  await Promise.all([alice.state("registered"), bob.state("registered")]);
}

test("both register and find each other's name in the call box", options, async () => {
  await shoot(alice, "offline");
  await alice.connect();
  await alice.step("Registered as sip:alice-1@localhost");
  await bob.connect();
  assert.equal(await alice.page.inputValue("#target"), "bob-2");
  assert.equal(await bob.page.inputValue("#target"), "alice-1");
});

test("a call: ringing, answer, sound both ways, the caller hangs up", options, async () => {
  await alice.call("bob-2");
  await alice.step("180 Ringing from bob-2");
  await bob.step("alice-1 calls");
  assert.equal(await bob.page.title(), "☎ alice-1 calls");
  await shoot(bob, "ringing");
  await bob.answer();
  await alice.step("bob-2 answered");
  await Promise.all([alice.step("In call with bob-2"), bob.step("In call with alice-1")]);
  await Promise.all([alice.soundArrives(), bob.soundArrives()]);
  for (const tab of [alice, bob]) {
    await tab.page.bringToFront();
    await tab.page.waitForFunction(() => document.getElementById("level").value > 0.2);
    await tab.page.waitForFunction(() => /^0:0[2-9]$/.test(document.getElementById("clock").textContent));
  }
  await shoot(alice, "talking");
  await alice.page.click("#trace summary:has-text('200 OK (INVITE)')");
  assert.match(await alice.page.innerText("#trace details[open] pre"), /^SIP\/2\.0 200 OK\s[^]*^m=audio /m);
  await shoot(alice, "trace");
  await alice.press("Hang up");
  await bob.step("alice-1 hung up after");
  await bothReady();
  const lines = await alice.traced();
  for (const line of ["INVITE sip:bob-2@localhost", "100 Trying (INVITE)", "180 Ringing (INVITE)", "200 OK (INVITE)", "200 OK (BYE)"]) {
    assert.ok(lines.includes(line), `${line} is not in the trace: ${lines.join(", ")}`);
  }
});

test("the callee hangs up", options, async () => {
  await talk(bob, alice);
  await Promise.all([alice.soundArrives(), bob.soundArrives()]);
  await alice.press("Hang up");
  await bob.step("alice-1 hung up after");
  await bothReady();
});

test("the caller gives up before the answer", options, async () => {
  await alice.call("bob-2");
  await bob.state("ringing");
  await alice.press("Cancel");
  await bob.step("alice-1 gave up");
  await bothReady();
  assert.ok((await bob.traced()).some((line) => line.startsWith("CANCEL ")));
});

test("the callee declines", options, async () => {
  await alice.call("bob-2");
  await bob.state("ringing");
  await bob.press("Decline");
  await alice.step("603 Decline");
  await bothReady();
});

test("a second caller finds the line busy, and the call goes on", options, async () => {
  const carol = await Tab.open(browser.context, "carol-3");
  await carol.connect();
  await talk(alice, bob);
  await carol.call("bob-2");
  await carol.step("486 Busy Here");
  await Promise.all([alice.soundArrives(), bob.soundArrives()]);
  await bob.press("Hang up");
  await bothReady();
  await carol.page.close();
});

test("nobody has that name", options, async () => {
  await alice.call("nobody");
  await alice.step("No call: 4");
  await alice.state("registered");
});

test("with the microphone", options, async () => {
  assert.equal(await alice.page.evaluate(() => window.microphoneAsked), 0, "asked for the microphone without need");
  await browser.context.grantPermissions(["microphone"], { origin: new URL(home).origin });
  await alice.page.bringToFront();
  await alice.page.click("summary:has-text('Server and sound')");
  await shoot(alice, "settings");
  await alice.page.check("#microphone");
  await talk(alice, bob);
  await bob.soundArrives();
  assert.equal(await alice.page.evaluate(() => window.microphoneAsked), 1);
  await bob.press("Hang up");
  await bothReady();
  await browser.context.clearPermissions();
});

test("a microphone that is refused becomes a tone", options, async () => {
  await talk(alice, bob);
  await alice.step("No microphone");
  await bob.soundArrives();
  await alice.press("Hang up");
  await bothReady();
  await alice.page.uncheck("#microphone");
});

test("who has left cannot be called", options, async () => {
  await bob.page.bringToFront();
  await bob.page.click("#connect:has-text('Disconnect')");
  await bob.state("offline");
  await alice.call("bob-2");
  await alice.step("No call: 4");
  await bob.connect();
});

test("a tab that is closed in a call ends it", options, async () => {
  const dave = await Tab.open(browser.context, "dave-4");
  await dave.connect();
  await talk(dave, alice);
  await dave.page.close({ runBeforeUnload: true });
  await alice.step("dave-4 hung up after");
  await alice.state("registered");
});

test("the server is gone for a while", options, async () => {
  await stopServer();
  await alice.state("connecting");
  stopServer = await startServer();
  await alice.page.waitForSelector("body[data-state='registered']", { timeout: 40_000 });
  for (const tab of [alice, bob]) tab.faults = tab.faults.filter((fault) => !fault.startsWith("WebSocket connection to"));
});

test("a port that browsers refuse is said to be one", options, async () => {
  const erin = await Tab.open(browser.context, "erin-5");
  await erin.page.click("summary:has-text('Server and sound')");
  await erin.page.fill("#url", "ws://127.0.0.1:10080");
  await erin.page.click("#connect");
  await erin.step("Browsers refuse to connect to port 10080");
  await erin.state("offline");
  await erin.page.fill("#url", "ws://192.0.2.99:8080");
  await erin.page.click("#connect");
  await erin.step("This page may connect to its own host and to this machine");
  await erin.page.close();
});

test("nothing failed, and nothing came from elsewhere", options, async () => {
  await alice.page.emulateMedia({ colorScheme: "dark" });
  await shoot(alice, "dark");
  await alice.page.setViewportSize({ width: 390, height: 800 });
  await shoot(alice, "narrow");
  for (const tab of [alice, bob]) {
    assert.deepEqual(tab.faults, []);
    assert.deepEqual(tab.requests.filter((url) => !url.startsWith(home)), []);
  }
});
