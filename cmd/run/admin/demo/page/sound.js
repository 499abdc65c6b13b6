// What we say and what we hear.

const tune = 30; // Hz that the tone goes up and down

// Sound makes what a call sends and plays what it receives.
// It needs a click of the user before it first makes sound.
export class Sound {
  #element;
  #context;
  #analyser;
  #samples;
  #stops = [];

  constructor(element) {
    this.#element = element;
  }

  // wake is to be called in the handler of a click: browsers keep pages silent
  // until then.
  wake() {
    this.#context ??= new AudioContext();
    this.#context.resume();
  }

  // tone returns a stream with a soft melody of two notes, which differ from
  // tab to tab.
  tone() {
    const out = this.#context.createMediaStreamDestination();
    const volume = new GainNode(this.#context, { gain: 0.12 });
    const voice = new OscillatorNode(this.#context, { frequency: 260 + Math.random() * 260 });
    const wobble = new OscillatorNode(this.#context, { type: "square", frequency: 0.8 });
    const depth = new GainNode(this.#context, { gain: tune });
    wobble.connect(depth).connect(voice.frequency);
    voice.connect(volume).connect(out);
    voice.start();
    wobble.start();
    this.#stops.push(() => { voice.stop(); wobble.stop(); });
    return out.stream;
  }

  // microphone asks the user for the microphone; it throws if there is none or
  // the user refuses.
  async microphone() {
    if (!navigator.mediaDevices) throw new Error("the browser allows it only on https pages and on this machine");
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    this.#stops.push(() => stream.getTracks().forEach((track) => track.stop()));
    return stream;
  }

  // hear plays a stream that arrives.
  hear(stream) {
    this.#element.srcObject = stream;
    this.#element.play().catch(() => {}); // refused without a click; the level still shows
    this.#analyser = new AnalyserNode(this.#context, { fftSize: 1024 });
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#context.createMediaStreamSource(stream).connect(this.#analyser);
  }

  // level is the loudness of what we hear, 0 to 1.
  level() {
    if (!this.#analyser) return 0;
    this.#analyser.getFloatTimeDomainData(this.#samples);
    const power = this.#samples.reduce((sum, x) => sum + x * x, 0) / this.#samples.length;
    return Math.min(1, Math.max(0, 1 + Math.log10(power + 1e-9) / 5)); // -50 dB is silence
  }

  // silence ends what we say and what we hear.
  silence() {
    this.#stops.splice(0).forEach((stop) => stop());
    this.#analyser?.disconnect();
    this.#analyser = undefined;
    this.#element.srcObject = null;
  }
}
