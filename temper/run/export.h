#pragma once
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "temper/evaluate/evaluate.h"
#include "temper/train/plan.h"
#include "temper/train/tensors.h"

/// The files of a finished run: weights with all metadata that is needed to use them, and the
/// predictions on the test set.
namespace temper::run {

/// The metadata of a file of weights: class names, or the names of regression targets with mean and
/// deviation of the training set, which convert outputs to the targets' units; the input transform;
/// architecture.
io::Metadata weights_metadata(const train::Plan& plan);

/// Writes weights that temper, Python's safetensors and, by their parameter names, torchvision and
/// timm can read, with weights_metadata().
void export_weights(const train::Plan& plan, std::span<const train::Named> tensors,
                    const std::filesystem::path& path);

/// Writes predictions.safetensors: logits, labels and ids of the test set, or predictions, targets,
/// the targets' standard deviations, and ids; and mistakes.safetensors: the images of the most
/// confident mistakes, or of the largest errors.
void export_predictions(const train::Plan& plan, const evaluate::Predictions& predictions,
                        const std::filesystem::path& run);

}  // namespace temper::run
