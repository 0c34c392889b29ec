#pragma once
#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string>
#include <vector>

#include "temper/train/plan.h"
#include "temper/train/saved_model.h"

/// A saved model's logits for the images of a training set, as distillation takes them in place of
/// the model (train/logits_table.h).
namespace temper::evaluate {

struct ImageLogits {
  at::Tensor logits;                 ///< float32 [n, classes]
  std::vector<std::string> images;   ///< n names, data::Source::name()
  std::vector<std::string> classes;  ///< of the columns
};

/// Of the plan's training set, which is read as in evaluations, in a single view. Images that can't
/// be read are left out where the recipe skips them. The network must be on the plan's device.
/// Throws as predict() does, and Error{Code::usage} for a model of regression targets.
ImageLogits training_logits(train::SavedModel& model, const train::Plan& plan);

/// Throws Error{Code::usage} for a path that does not end in .safetensors, Error{Code::data} for
/// two images of the same name, and Error{Code::io}.
void write_logits(const std::filesystem::path& path, const ImageLogits& table);

/// Throws Error{Code::usage} unless write_logits() can write a file of that name.
void check_logits_path(const std::filesystem::path& path);

}  // namespace temper::evaluate
