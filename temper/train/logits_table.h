#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "temper/io/format/safetensors.h"

namespace temper::train {

/// A network's logits for images, one row each, in a safetensors file: the tensor `logits` [images,
/// classes] of F64, F32, F16 or BF16; in its metadata `temper.images`, a JSON list of the rows'
/// images by data::Source::name(), each of them once; and, where the classes have names,
/// `temper.classes`, a JSON list in the order of the columns.
struct LogitsTable {
  io::Safetensors file;
  std::vector<std::string> images;   ///< one per row
  std::vector<std::string> classes;  ///< one per column; empty: they are not named

  [[nodiscard]] const io::TensorView& logits() const { return file.at("logits"); }
  [[nodiscard]] std::int64_t columns() const { return logits().shape.at(1); }
};

inline constexpr const char* kTableImages = "temper.images";
inline constexpr const char* kTableClasses = "temper.classes";

/// Whether a path is that of a safetensors file with a tensor `logits`. Throws Error{Code::data}
/// for a damaged file.
bool is_logits_table(const std::filesystem::path& path);

/// Checks that a file is such a table. Its numbers are not read. Throws Error{Code::data} with what
/// is wrong: another shape or type of the tensor, lists that are missing or of another length, an
/// image that is listed twice.
/// @param name  of the file, for messages
LogitsTable read_logits_table(io::Safetensors file, const std::filesystem::path& name);

}  // namespace temper::train
