#pragma once
#include "temper/augment/pipeline/operation.h"

namespace temper::augment {

/// Whether an operation is an augmentation policy: one of the published kinds, or one in the form
/// of AutoAugment's, as a search finds it: `one_of` over pairs of operations, each pair a
/// `random_apply` with probability 1. What an operation holds does not make it one.
bool is_policy(const Operation& operation);

}  // namespace temper::augment
