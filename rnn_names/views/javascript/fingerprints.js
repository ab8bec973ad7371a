// Fingerprints of names, as rnn_names/corpus/fingerprints.py makes them: the sum, modulo 2⁶⁴, of
// mix(code + 2²¹ · place) over the characters. The page holds their upper 32 bits, sorted.

const BITS_64 = (1n << 64n) - 1n;

/** The output of SplitMix64 for a state of 64 bits. */
function mix(x) {
  x = (x + 0x9e3779b97f4a7c15n) & BITS_64;
  x = ((x ^ (x >> 30n)) * 0xbf58476d1ce4e5b9n) & BITS_64;
  x = ((x ^ (x >> 27n)) * 0x94d049bb133111ebn) & BITS_64;
  return x ^ (x >> 31n);
}

/** The fingerprint of a name in NFC: 64 bits. */
function fingerprint(name) {
  let sum = 0n;
  let place = 0n;
  for (const character of name.normalize("NFC")) {
    sum += mix(BigInt(character.codePointAt(0)) + (place << 21n));
    place += 1n;
  }
  return sum & BITS_64;
}

/** Whether a name is among `known`, sorted; 1 in 2³² / known.length others is taken for one. */
function isAmong(name, known) {
  const wanted = Number(fingerprint(name) >> 32n);
  let low = 0;
  let high = known.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (known[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return known[low] === wanted;
}
