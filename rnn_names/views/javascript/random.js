// Random numbers: whole numbers, and so the same in every browser.

/** sfc32, the generator of Chris Doty-Humphrey's PractRand, seeded as there: 32 bits at a time. */
class Random {
  constructor(seed, index) {
    this.a = 0;
    this.b = index | 0;
    this.c = seed | 0;
    this.counter = 1;
    for (let i = 0; i < 12; i++) this.next();
  }

  next() {
    const result = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + result) | 0;
    return result >>> 0;
  }
}

/** A seed below 2³² for a stream of its own. */
function newSeed() {
  return crypto.getRandomValues(new Uint32Array(1))[0];
}
