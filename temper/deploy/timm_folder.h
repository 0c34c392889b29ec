#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "temper/train/saved_model.h"

namespace temper::deploy {

/// timm's name of the model's network. Throws Error{Code::usage} for regression and for a network
/// that timm has no name for.
std::string timm_network(const train::SavedModel& model);

/// Writes the folder that timm (create_model("local-dir:FOLDER", pretrained=True)), transformers'
/// image-classification pipeline and temper's own `--weights` read: config.json with the network's
/// name, class names and how pictures are read, and model.safetensors with timm's names. Throws as
/// timm_network() does, and Error: usage for an input that is not square and for a folder that has
/// other files; io.
/// @return a sentence for each property of the model that the folder can't express
std::vector<std::string> write_timm_folder(const train::SavedModel& model,
                                           const std::filesystem::path& folder);

}  // namespace temper::deploy
