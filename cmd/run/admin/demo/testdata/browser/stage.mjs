// What the tests stand on: the server, Chromium, and the page as a user handles
// it. From the environment:
//
//	SLUICE     the binary
//	CONFIG     its configuration; without, the embedded default
//	PAGE       URL of the page, if not that of the embedded default
//	WEBSOCKET  URL to put into the page, if not the one that it proposes
//	CHROMIUM   the browser

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const { SLUICE: sluice = "sluice", CONFIG: config, WEBSOCKET: websocket, CHROMIUM: executablePath = "/usr/bin/chromium" } = process.env;
export const home = process.env.PAGE ?? "http://127.0.0.1:8088/";

// startServer runs the server and waits until it is ready.
export async function startServer() {
  const server = spawn(sluice, config ? ["serve", "-c", config] : ["serve"], { stdio: ["ignore", "ignore", "pipe"] });
  const kill = () => server.kill("SIGKILL");
  process.once("exit", kill); // not to outlive a test that is interrupted
  let log = "";
  await new Promise((resolve, reject) => {
    server.on("error", reject);
    server.on("exit", (code) => reject(new Error(`${sluice} serve ended with ${code}:\n${log}`)));
    server.stderr.on("data", (chunk) => {
      log += chunk;
      if (log.includes("msg=ready")) resolve();
    });
  });
  return () => new Promise((resolve) => {
    process.off("exit", kill);
    server.once("exit", resolve);
    server.kill("SIGQUIT");
  });
}

// startBrowser returns a browser window with a profile of its own. As with any
// user, the page may not use the microphone until that is granted.
export async function startBrowser() {
  const profile = await mkdtemp(join(tmpdir(), "sluice-demo-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    chromiumSandbox: process.getuid() !== 0, // Chromium has none for root
    viewport: { width: 1100, height: 860 },
    args: [
      "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
      "--disable-background-networking", "--disable-component-update",
      "--autoplay-policy=no-user-gesture-required",
      "--use-fake-device-for-media-stream",
    ],
  });
  await context.addInitScript(watch);
  return {
    context,
    async stop() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

// watch runs in each page before its scripts: it notes the connections that
// the phone opens, and whether it asks for the microphone.
function watch() {
  window.connections = [];
  window.microphoneAsked = 0;
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...args) {
      super(...args);
      window.connections.push(this);
    }
  };
  const { mediaDevices } = navigator;
  const ask = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = (...args) => {
    window.microphoneAsked++;
    return ask(...args);
  };
}

// A Tab is the page in one tab, handled as a user does.
export class Tab {
  faults = [];
  requests = [];

  static async open(context, name) {
    const tab = new Tab();
    tab.name = name;
    tab.page = await context.newPage();
    tab.page.setDefaultTimeout(10_000);
    tab.page.on("pageerror", (error) => tab.faults.push(String(error)));
    tab.page.on("console", (message) => {
      if (message.type() === "error") tab.faults.push(message.text());
    });
    tab.page.on("request", (request) => tab.requests.push(request.url()));
    await tab.page.goto(home);
    await tab.page.fill("#name", name);
    if (websocket) {
      await tab.page.click("summary:has-text('Server and sound')");
      await tab.page.fill("#url", websocket);
      await tab.page.click("summary:has-text('Server and sound')");
    }
    return tab;
  }

  async connect() {
    await this.page.bringToFront();
    await this.page.click("#connect:has-text('Connect')");
    await this.state("registered");
  }

  async call(name) {
    await this.page.bringToFront();
    await this.page.fill("#target", name);
    await this.page.click("#call");
  }

  async answer() {
    await this.page.bringToFront();
    await this.page.click("#answer");
  }

  // press clicks the button that ends a call, which has to say label.
  async press(label) {
    await this.page.bringToFront();
    await this.page.click(`#hangup:text-is('${label}')`);
  }

  // state waits for the phone to be in one.
  state(name) {
    return this.page.waitForSelector(`body[data-state='${name}']`);
  }

  // step waits for a step that holds text.
  step(text) {
    return this.page.waitForSelector(`#steps li:has-text("${text}")`);
  }

  clearSteps() {
    return this.page.evaluate(() => document.getElementById("steps").replaceChildren());
  }

  // traced returns the first lines of the SIP messages that passed.
  traced() {
    return this.page.locator("#trace .what").allTextContents();
  }

  // soundArrives waits until at least 100 packets of sound have come in more
  // than there were.
  async soundArrives() {
    const before = await this.#packets();
    for (let tries = 0; tries < 100; tries++) {
      if ((await this.#packets()) >= before + 100) return;
      await this.page.waitForTimeout(100);
    }
    throw new Error(`${this.name} got ${(await this.#packets()) - before} packets of sound in 10 s`);
  }

  #packets() {
    return this.page.evaluate(async () => {
      let packets = 0;
      for (const report of (await window.connections.at(-1).getStats()).values()) {
        if (report.type === "inbound-rtp" && report.bytesReceived > 0) packets += report.packetsReceived;
      }
      return packets;
    });
  }
}
