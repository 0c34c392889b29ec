#pragma once
#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "temper/core/error.h"
#include "temper/io/format/safetensors.h"

namespace temper::train {

/// A JSON list in the metadata of a file of weights. Throws Error{Code::data} where there is no
/// such list of T.
/// @param key   "temper.classes"
/// @param file  for messages
template <class T>
std::vector<T> metadata_list(const io::Metadata& metadata, const std::string& key,
                             const std::filesystem::path& file) {
  const auto found = metadata.find(key);
  try {
    return nlohmann::json::parse(found == metadata.end() ? "" : found->second)
        .get<std::vector<T>>();
  } catch (const nlohmann::json::exception&) {
    throw Error(Code::data, {.file = file.string()},
                fmt::format("no list under '{}' in the metadata; was it written by temper?", key));
  }
}

}  // namespace temper::train
