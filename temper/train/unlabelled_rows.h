#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

#include "temper/data/loader/batch.h"

/// How the images of a batch and its unlabeled images are arranged for passes of the network.
namespace temper::train {

/// The images of a batch, each row followed by its unlabeled images, those of an image one after
/// the other: float [rows * (1 + ratio * views), channels, height, width], channels-last. So rows
/// of the whole batch are rows of this, whatever the micro-batches.
/// @param first  of the rows; undefined: the unlabeled images alone
at::Tensor side_by_side(const at::Tensor& first, const data::Batch& unlabelled);

/// The views of unlabeled images as groups of `rows` rows: those of the first view, then those of
/// the second, and so on.
std::vector<at::Tensor> groups_of(const data::Batch& unlabelled, std::int64_t rows);

/// Exchanges blocks of rows between the first group and each other one, so that every group has
/// rows of all kinds: the rows of a group are cut into as many blocks as there are groups, and
/// block i of the first one changes places with block i of group i. Doing it twice changes nothing.
/// As in MixMatch's code, google-research/mixmatch, libml/layers.py.
/// @param groups  of equal shapes
std::vector<at::Tensor> interleaved(const std::vector<at::Tensor>& groups);

}  // namespace temper::train
