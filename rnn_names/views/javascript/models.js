// The models: what views/engine.py writes, as the engine uses it.

/** Models as JSON has them, each with its weights as arrays and its network. */
function modelsIn(described) {
  return described.map((model) => {
    const weights = weightsOf(model.arrays, model.weights);
    const fingerprints = model.fingerprints && new Uint32Array(bytesOf(model.fingerprints));
    return { ...model, weights, fingerprints, network: new Network(model, weights) };
  });
}

/** The bytes that a base64 text stands for. */
function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)).buffer;
}

/** Arrays by name, from bfloat16 in base64: the upper halves of float32 numbers. */
function weightsOf(arrays, base64) {
  const bits = Uint32Array.from(new Uint16Array(bytesOf(base64)), (upper) => upper << 16);
  const all = Float64Array.from(new Float32Array(bits.buffer));
  let start = 0;
  return Object.fromEntries(
    arrays.map(([name, size]) => [name, all.subarray(start, (start += size))]),
  );
}

/** The blend of some models for some shares, and the models that take part. */
function blendOf(models, shares) {
  const networks = models.map(({ network }) => network);
  return { blend: new Blend(networks, shares), parts: models.filter((_, i) => shares[i] > 0) };
}
