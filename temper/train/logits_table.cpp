#include "temper/train/logits_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "temper/core/error.h"
#include "temper/train/metadata_list.h"

namespace temper::train {
namespace {

constexpr std::string_view kLogits = "logits";

void check_tensor(const io::TensorView& logits, const std::filesystem::path& name) {
  using io::Dtype;
  if (logits.shape.size() != 2 || std::ranges::find(logits.shape, 0) != logits.shape.end())
    throw Error(Code::data, {.file = name.string()},
                fmt::format("'logits' has the shape [{}]; expected [images, classes], with at "
                            "least one of each",
                            fmt::join(logits.shape, ", ")));
  if (logits.dtype != Dtype::f64 && logits.dtype != Dtype::f32 && logits.dtype != Dtype::f16 &&
      logits.dtype != Dtype::bf16)
    throw Error(
        Code::data, {.file = name.string()},
        fmt::format("'logits' is {}; expected F64, F32, F16 or BF16", name_of(logits.dtype)));
}

void check_length(const std::vector<std::string>& list, std::int64_t expected, std::string_view key,
                  std::string_view what, const std::filesystem::path& name) {
  if (std::ssize(list) != expected)
    throw Error(Code::data, {.file = name.string()},
                fmt::format("the list '{}' in the metadata has {} entries, but 'logits' has {} "
                            "{}; expected one entry for each",
                            key, list.size(), expected, what));
}

void check_distinct(const std::vector<std::string>& images, const std::filesystem::path& name) {
  std::unordered_set<std::string_view> seen;
  for (const auto& image : images)
    if (!seen.insert(image).second)
      throw Error(Code::data, {.file = name.string()},
                  fmt::format("the image \"{}\" has two rows; expected one", image));
}

}  // namespace

bool is_logits_table(const std::filesystem::path& path) {
  return path.extension() == ".safetensors" && std::filesystem::is_regular_file(path) &&
         io::Safetensors(path).find(kLogits) != nullptr;
}

LogitsTable read_logits_table(io::Safetensors file, const std::filesystem::path& name) {
  const auto& logits = file.at(kLogits);
  check_tensor(logits, name);
  const auto& metadata = file.metadata();
  if (!metadata.contains(kTableImages))
    throw Error(Code::data, {.file = name.string()},
                fmt::format("a table of logits without the names of its images; expected them as a "
                            "JSON list under '{}' in the metadata, one for each row",
                            kTableImages));
  auto images = metadata_list<std::string>(metadata, kTableImages, name);
  check_length(images, logits.shape[0], kTableImages, "rows", name);
  check_distinct(images, name);
  std::vector<std::string> classes;
  if (metadata.contains(kTableClasses)) {
    classes = metadata_list<std::string>(metadata, kTableClasses, name);
    check_length(classes, logits.shape[1], kTableClasses, "columns", name);
  }
  return {.file = std::move(file), .images = std::move(images), .classes = std::move(classes)};
}

}  // namespace temper::train
