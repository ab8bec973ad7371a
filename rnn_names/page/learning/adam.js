// Adam (Kingma & Ba 2015), as in rnn_names/training/optimizers.py. g is the gradient, t the number
// of the step, and C = √(1 − β₂ᵗ):
//
//     m = β₁ m + (1 − β₁) g,    v = β₂ v + (1 − β₂) g²
//     params −= (learning rate · C / (1 − β₁ᵗ)) · m / (√v + ε C)

export const CLIP = 5; // gradients are clipped to ± this, elementwise
const BETA_1 = 0.9;
const BETA_2 = 0.99;
const EPSILON = 1e-8;

/**
 * Returns a function that trains `params` (arrays by name) in place by one step. It clips the
 * gradients to ±CLIP, updates the arrays and lets them decay towards their initial values.
 */
export function adam(params) {
  const trained = Object.entries(params).map(([name, array]) => {
    const zeros = () => new Float64Array(array.length);
    return { name, array, first: array.slice(), m: zeros(), v: zeros() };
  });
  let [power1, power2] = [1, 1]; // β₁ᵗ and β₂ᵗ
  return (gradients, rate, decay = 0) => {
    power1 *= BETA_1;
    power2 *= BETA_2;
    const correction = Math.sqrt(1 - power2); // C
    const factor = (rate * correction) / (1 - power1);
    for (const { name, array, first, m, v } of trained) {
      const gradient = gradients[name];
      for (let i = 0; i < array.length; i++) {
        const g = Math.max(-CLIP, Math.min(CLIP, gradient[i]));
        m[i] = BETA_1 * m[i] + (1 - BETA_1) * g;
        v[i] = BETA_2 * v[i] + (1 - BETA_2) * g * g;
        array[i] -= (factor * m[i]) / (Math.sqrt(v[i]) + EPSILON * correction);
        array[i] += decay * (first[i] - array[i]);
      }
    }
  };
}
