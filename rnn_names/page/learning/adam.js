// Adam (Kingma & Ba 2015), as in rnn_names/training/optimizers.py. With g the gradient, t the number
// of the step and C = √(1 − β₂ᵗ):
//
//     m = β₁ m + (1 − β₁) g,    v = β₂ v + (1 − β₂) g²
//     params −= (learning rate · C / (1 − β₁ᵗ)) · m / (√v + ε C)

import { CLIP } from "./settings.js";

const BETA_1 = 0.9;
const BETA_2 = 0.99;
const EPSILON = 1e-8;

export class Adam {
  /** `params`: arrays by name, which are trained in place. */
  constructor(params) {
    this.params = Object.entries(params).map(([name, array]) => {
      const zeros = () => new Float64Array(array.length);
      return { name, array, first: array.slice(), m: zeros(), v: zeros() };
    });
    this.power1 = 1; // β₁ᵗ
    this.power2 = 1; // β₂ᵗ
  }

  /** One step, with gradients by name, clipped to ±CLIP; then a pull towards what was first. */
  step(gradients, rate, pull = 0) {
    this.power1 *= BETA_1;
    this.power2 *= BETA_2;
    const correction = Math.sqrt(1 - this.power2); // C
    const factor = (rate * correction) / (1 - this.power1);
    for (const { name, array, first, m, v } of this.params) {
      const gradient = gradients[name];
      for (let i = 0; i < array.length; i++) {
        const g = Math.max(-CLIP, Math.min(CLIP, gradient[i]));
        m[i] = BETA_1 * m[i] + (1 - BETA_1) * g;
        v[i] = BETA_2 * v[i] + (1 - BETA_2) * g * g;
        array[i] -= (factor * m[i]) / (Math.sqrt(v[i]) + EPSILON * correction);
        array[i] += pull * (first[i] - array[i]);
      }
    }
  }
}
