#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "temper/augment/pipeline/harm.h"
#include "temper/train/plan.h"

/// Whether the augmentation of a run fits its pictures.
namespace temper::train {

/// The number of operations that a plan applies before those of data.augment, to bring pictures to
/// the network's input. The last view has all operations of data.augment.
std::size_t added_operations(const Plan& plan);

/// The kinds of pictures in a training set, from the headers of some of them.
std::vector<augment::PictureKind> some_kinds(const data::Source& train);

/// Where the augmentation (data.augment, and semi.augment of the strong view) will harm pictures of
/// these kinds, at the first or at the last step of the run: a sentence for the worst of each kind
/// of harm that an operation does, "data.augment.1 (trivial_augment_wide) moves pictures of ...".
std::vector<std::string> augmentation_warnings(const Plan& plan,
                                               std::span<const augment::PictureKind> kinds);

}  // namespace temper::train
