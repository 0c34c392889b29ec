#pragma once
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "temper/train/evaluate.h"
#include "temper/train/plan.h"
#include "temper/train/tensors.h"

/// The files that a finished run ships: weights with all that is needed to use them, and its
/// answers to the test set.
namespace temper::train {

/// What stands in a file of weights beside them: class names, or values' names with mean and
/// deviation of the training set, by which the network's answers become values; input size,
/// normalisation, interpolation, architecture.
io::Metadata weights_metadata(const Plan& plan);

/// Weights for temper, for Python's safetensors and, by their names, for torchvision and timm.
/// With weights_metadata().
void export_weights(const Plan& plan, std::span<const Named> tensors,
                    const std::filesystem::path& path);

/// predictions.safetensors: logits, labels and ids of the test set, or predicted values, targets,
/// the deviations that compare them, and ids; mistakes.safetensors: the pictures about which the
/// network was most confidently wrong, or those with the largest errors.
void export_predictions(const Plan& plan, const Predictions& predictions,
                        const std::filesystem::path& run);

}  // namespace temper::train
