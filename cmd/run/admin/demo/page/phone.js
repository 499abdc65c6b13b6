// A telephone: one registration and one call at a time, on top of JsSIP.
/* global JsSIP */

// What a phone does at a time. Calling: we called and wait. Ringing: we are
// called.
export const State = Object.freeze({
  offline: "offline",
  connecting: "connecting",
  registered: "registered",
  calling: "calling",
  ringing: "ringing",
  talking: "talking",
});

// Ports that browsers never connect to, of those that a SIP server might use
// (Fetch standard, "port blocking").
const blockedPorts = new Set([1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080]);

const patience = 2000; // ms that the search for our own addresses may take

const busy = 486;    // RFC 3261 §21.4.24
const decline = 603; // RFC 3261 §21.6.2

// A socket that shows every message which passes.
class TracedSocket extends JsSIP.WebSocketInterface {
  #trace;
  #receive;

  constructor(url, trace) {
    super(url);
    this.#trace = trace;
  }

  send(message) {
    this.#trace("sent", message);
    return super.send(message);
  }

  set ondata(receive) {
    this.#receive = receive;
  }

  get ondata() {
    return (data) => {
      const text = typeof data === "string" ? data : new TextDecoder().decode(data);
      if (text.trim() !== "") this.#trace("received", text);
      this.#receive(data);
    };
  }
}

// Phone calls its listener's functions:
//   changed(state, peer)   the state is new; peer is the other side's name
//   step(text, bad)        something happened
//   trace(way, message)    a SIP message passed; way is "sent" or "received"
//   stream()               resolves to the MediaStream that a call shall send
//   hear(stream)           this is what the other side sends
//   over()                 the call has ended
export class Phone {
  state = State.offline;
  peer = "";
  #listener;
  #ua = null;
  #session = null;
  #since = 0;

  constructor(listener) {
    this.#listener = listener;
  }

  // seconds since the call was answered.
  get seconds() {
    return this.state === State.talking ? Math.floor((performance.now() - this.#since) / 1000) : 0;
  }

  #change(state, peer = "") {
    this.state = state;
    this.peer = peer;
    this.#listener.changed(state, peer);
  }

  // connect opens the WebSocket at url and registers name at domain. It throws
  // if the browser would not connect there.
  connect(url, name, domain) {
    const { step, trace } = this.#listener;
    const { port } = new URL(url);
    if (blockedPorts.has(Number(port))) throw new Error(`Browsers refuse to connect to port ${port}. Let the server listen for WebSockets on another one.`);
    const uri = `sip:${name}@${domain}`;
    const ua = new JsSIP.UA({ sockets: [new TracedSocket(url, trace)], uri, user_agent: `Sluice demo, JsSIP ${JsSIP.version}` });
    this.#ua = ua;
    this.#change(State.connecting);

    let known = false; // registered before: JsSIP registers again and again
    ua.on("connecting", ({ attempts }) => step(`Connecting to ${url}${attempts ? `, attempt ${attempts + 1}` : ""}`));
    ua.on("connected", () => step("Connected"));
    ua.on("disconnected", ({ error, code }) => {
      known = false;
      if (this.#ua !== ua) return;
      step(error ? `Cannot reach ${url}${code ? ` (close code ${code})` : ""}; trying again` : "The server closed the connection; trying again", true);
      this.#change(State.connecting);
    });
    ua.on("registered", () => {
      if (this.#ua !== ua || known) return;
      known = true;
      step(`Registered as ${uri}`);
      if (this.state === State.connecting) this.#change(State.registered);
    });
    ua.on("registrationFailed", ({ response, cause }) => {
      if (this.#ua !== ua) return;
      step(`Not registered: ${response ? `${response.status_code} ${response.reason_phrase}` : cause}`, true);
    });
    ua.on("newRTCSession", ({ session, originator }) => {
      if (originator === "remote") this.#incoming(session);
    });
    ua.start();
  }

  // disconnect ends the call, the registration and the connection.
  disconnect() {
    const ua = this.#ua;
    this.#ua = null;
    if (!ua) return;
    ua.stop();
    this.#listener.step("Disconnected");
    this.#change(State.offline);
  }

  // call calls target: a name at our domain, or a SIP URI.
  async call(target) {
    this.#change(State.calling, target);
    this.#listener.step(`Calling ${target}`);
    const mediaStream = await this.#listener.stream();
    if (this.state !== State.calling) return this.#listener.over(); // thought better of it meanwhile
    try {
      this.#follow(this.#ua.call(target, { mediaStream, pcConfig: { iceServers: [] }, mediaConstraints: { audio: true, video: false } }));
    } catch (error) {
      this.#end(`Cannot call ${target}: ${error.message}`, true);
    }
  }

  #incoming(session) {
    if (this.state !== State.registered) {
      session.terminate({ status_code: busy });
      return;
    }
    const peer = session.remote_identity.uri.user;
    this.#follow(session);
    this.#listener.step(`${peer} calls`);
    this.#change(State.ringing, peer);
  }

  // answer takes the call that rings.
  async answer() {
    const session = this.#session;
    const mediaStream = await this.#listener.stream();
    if (session.isEnded()) return this.#listener.over(); // the caller gave up meanwhile
    session.answer({ mediaStream, pcConfig: { iceServers: [] } });
  }

  // hangUp ends the call, whatever it is: cancelled, declined or over.
  hangUp() {
    if (!this.#session) {
      if (this.state === State.calling) this.#end("You gave up");
      return;
    }
    this.#session.terminate(this.state === State.ringing ? { status_code: decline } : {});
  }

  // follow reports what becomes of the session from here on.
  #follow(session) {
    const { step } = this.#listener;
    this.#session = session;
    if (session.connection) this.#listen(session.connection);
    session.on("peerconnection", ({ peerconnection }) => this.#listen(peerconnection));
    session.on("progress", ({ originator, response }) => {
      if (originator === "remote") step(`${response.status_code} ${response.reason_phrase} from ${this.peer}`);
    });
    session.on("accepted", ({ originator }) => step(originator === "remote" ? `${this.peer} answered` : "You answered"));
    session.on("confirmed", () => {
      this.#since = performance.now();
      step(`In call with ${this.peer}`);
      this.#change(State.talking, this.peer);
    });
    session.on("ended", ({ originator, cause }) => {
      const who = { local: "You hung up", remote: `${this.peer} hung up` }[originator] ?? `Ended: ${cause}`;
      this.#end(`${who} after ${this.seconds} s`);
    });
    session.on("failed", ({ originator, message, cause }) => this.#failed(originator, message, cause));
  }

  #failed(originator, message, cause) {
    const { CANCELED, REJECTED } = JsSIP.C.causes;
    if (cause === CANCELED) this.#end(originator === "local" ? "You gave up" : `${this.peer} gave up`);
    else if (cause === REJECTED && originator === "local") this.#end("You declined");
    else this.#end(message?.status_code ? `No call: ${message.status_code} ${message.reason_phrase}` : `No call: ${cause}`, true);
  }

  #end(text, bad) {
    this.#session = null;
    this.#listener.over();
    this.#listener.step(text, bad);
    if (this.#ua) this.#change(this.#ua.isRegistered() ? State.registered : State.connecting);
  }

  // listen waits for the other side's sound on a connection.
  #listen(connection) {
    const { step, hear } = this.#listener;
    connection.addEventListener("icegatheringstatechange", () => setTimeout(() => this.#stopGathering(connection), patience));
    connection.addEventListener("track", ({ track, streams }) => hear(streams[0] ?? new MediaStream([track])));
    connection.addEventListener("connectionstatechange", () => {
      if (connection.connectionState === "connected") step("Sound flows, from browser to browser");
      if (connection.connectionState === "failed") step("No sound: the browsers find no way to each other. With the microphone allowed they try more addresses.", true);
    });
  }

  // stopGathering ends a search for our own addresses that takes too long. JsSIP
  // waits for its end before it sends anything, and on a machine without a
  // network Chromium's has none.
  #stopGathering(connection) {
    if (connection.iceGatheringState !== "gathering" || connection.signalingState === "closed") return;
    if (!connection.localDescription.sdp.includes("a=candidate:")) this.#listener.step("This browser sees no network: the call will be silent.", true);
    connection.dispatchEvent(new RTCPeerConnectionIceEvent("icecandidate")); // as at the end
  }
}
