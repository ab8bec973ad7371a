"""Training: its settings, the loop, and what a network learns from.

Start with `settings`, `setup`, which prepares a run (`warm_start` has models to start from, `base`
the one for short lists), `stages`, and `trainer`, the loop, with `gradients` and `optimizers` for
one minibatch. `distillation` is the last stage; `name_features` fits its teacher to the list. A
`checkpoint` resumes an interrupted run.

The calls behind a minibatch:

    train.train: TrainingSetup, Trainer.epochs
        Trainer._run_epoch: _batches_of_stage, gradients_of_epoch, Adam.step, _end_epoch
            _batches_of_stage: in the last stage, Teacher.for_run, distillation_set
            gradients_of_epoch: Batches.minibatches, PartGradients.compute for each part
                compute: Batches.tree (prefix_tree), part_gradients (reordered, dropout_mask)
                    rnn.loss_and_gradients: _forward, cross_entropy, _backward_over_time
                        _forward: next_states for each level, from the shortest prefixes
                        _backward_over_time: step_backward, sum_siblings, from the longest
"""
