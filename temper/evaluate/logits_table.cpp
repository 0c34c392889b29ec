#include "temper/evaluate/logits_table.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "temper/core/error.h"
#include "temper/evaluate/assess.h"
#include "temper/evaluate/evaluate.h"
#include "temper/io/format/json_text.h"
#include "temper/train/logits_table.h"
#include "temper/train/tensors.h"

namespace temper::evaluate {
namespace {

void check_distinct(const std::vector<std::string>& images) {
  std::unordered_set<std::string_view> seen;
  for (const auto& image : images)
    if (!seen.insert(image).second)
      throw Error(Code::data,
                  fmt::format("two training images have the name \"{}\", so that a table of logits "
                              "cannot tell them apart",
                              image));
}

}  // namespace

ImageLogits training_logits(train::SavedModel& model, const train::Plan& plan) {
  train::require_classes(model, "a table of logits");
  const auto images = images_of(plan, "train");
  ImageLogits table{.logits = predict(*model.network, plan, images).logits,
                    .images = {},
                    .classes = model.classes};
  for (std::int64_t i = 0; i < images->size(); ++i) table.images.push_back(images->name(i));
  return table;
}

void check_logits_path(const std::filesystem::path& path) {
  if (path.extension() != ".safetensors")
    throw Error(Code::usage, {.file = path.string()},
                "a table of logits is a safetensors file; expected a name that ends in "
                ".safetensors");
}

void write_logits(const std::filesystem::path& path, const ImageLogits& table) {
  check_logits_path(path);
  check_distinct(table.images);
  const std::array<train::Named, 1> tensors{train::Named{"logits", table.logits}};
  train::save_tensors(path, tensors,
                      {{train::kTableImages, io::json_text(nlohmann::json(table.images))},
                       {train::kTableClasses, io::json_text(nlohmann::json(table.classes))}});
}

}  // namespace temper::evaluate
