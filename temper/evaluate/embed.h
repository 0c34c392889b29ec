#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "temper/evaluate/picture_reader.h"
#include "temper/train/plan.h"
#include "temper/train/saved_model.h"

/// The penultimate activations of a saved model for pictures, as a table to compute with elsewhere.
namespace temper::evaluate {

struct Embedding {
  at::Tensor features;              ///< float32 [n, d]: the input of the network's head
  at::Tensor labels;                ///< int64 [n], -1: none; undefined: the pictures have no labels
  std::vector<std::string> images;  ///< n paths or names
  std::vector<std::string> classes;  ///< of the labels
};

struct EmbedOptions {
  std::int64_t batch = 32;   ///< pictures in a forward pass
  std::int64_t threads = 0;  ///< that read and decode; 0: one for each processor
};

/// Of picture files, without those that can't be read, which are reported. They are read as in
/// predict_images(), without test-time augmentation. Throws Error{Code::usage} where the network's
/// head is not a linear layer, and Error{Code::data} where no picture can be read.
/// @param unread  is called for each file that can't be read
Embedding embed(train::SavedModel& model, NextPath next, const EmbedOptions& options,
                const std::function<void(const std::string& path, const UnreadImage&)>& unread);

/// Of a part of a plan's data set, with its labels. The network must be on the plan's device.
/// Throws as features() and images_of() do.
/// @param part  "test", "validation" or "train"
Embedding embed(train::SavedModel& model, const train::Plan& plan, const std::string& part);

/// Writes a safetensors file: `features`, `labels` where there are some; in its metadata
/// `temper.images` and, with labels, `temper.classes`, as JSON lists. Or, for a path that ends in
/// .npy, the features alone. Throws Error{Code::usage} for another ending, Error{Code::io}.
void write_embedding(const std::filesystem::path& path, const Embedding& embedding);

/// Throws Error{Code::usage} unless write_embedding() can write a file of that name.
void check_embedding_path(const std::filesystem::path& path);

}  // namespace temper::evaluate
