#pragma once
#include <filesystem>

#include "temper/train/saved_model.h"

namespace temper::train {

/// The network in a folder with config.json, as timm and Hugging Face write them, that reads
/// pictures as timm's evaluation does: resized, cropped at the center, normalized. Classes without
/// names in the folder are named by their indices. Throws as open_pretrained() and copy_weights()
/// do.
SavedModel foreign_model(const std::filesystem::path& folder);

}  // namespace temper::train
