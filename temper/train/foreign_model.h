#pragma once
#include <filesystem>

#include "temper/augment/pipeline/input_transform.h"
#include "temper/train/pretrained_weights.h"
#include "temper/train/saved_model.h"

namespace temper::train {

/// How pictures are read in evaluation: resized, also those of the network's size, cropped at the
/// center, normalized.
augment::InputTransform foreign_transform(const TrainedInput& input);

/// The network in a folder with config.json, as timm and Hugging Face write them, that reads
/// pictures as foreign_transform() says, at the size and with the crop of timm's evaluation
/// (validate.py). Classes without names in the folder are named by their indices. Throws as
/// open_pretrained() and copy_weights() do, and Error{Code::data} where pictures are to be cropped
/// in another way than at the center, or to a size that is not square.
SavedModel foreign_model(const std::filesystem::path& folder);

}  // namespace temper::train
