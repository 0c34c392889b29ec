#include "temper/evaluate/embed.h"

#include <ATen/ops/cat.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "temper/core/error.h"
#include "temper/evaluate/assess.h"
#include "temper/evaluate/features.h"
#include "temper/io/format/json_text.h"
#include "temper/io/format/npy.h"
#include "temper/io/format/safetensors.h"
#include "temper/train/tensors.h"

namespace temper::evaluate {

Embedding embed(train::SavedModel& model, NextPath next, const EmbedOptions& options,
                const std::function<void(const std::string& path, const UnreadImage&)>& unread) {
  PictureReader reader(model.transform, std::move(next),
                       {.batch = options.batch, .threads = options.threads});
  Embedding result;
  std::vector<at::Tensor> features;
  while (const auto batch = reader.next()) {
    for (const auto& picture : batch->pictures) {
      if (picture.unread)
        unread(picture.path, *picture.unread);
      else
        result.images.push_back(picture.path);
    }
    if (batch->views.size(1) > 0) features.push_back(features_of(*model.network, batch->views[0]));
  }
  if (features.empty()) throw Error(Code::data, "none of the pictures could be read");
  result.features = at::cat(features);
  return result;
}

Embedding embed(train::SavedModel& model, const train::Plan& plan, const std::string& part) {
  const auto images = images_of(plan, part);
  auto found = features(*model.network, plan, images);
  Embedding result{.features = std::move(found.activations),
                   .labels = {},
                   .images = {},
                   .classes = images->classes()};
  if (!result.classes.empty()) result.labels = std::move(found.labels);
  for (std::int64_t i = 0; i < images->size(); ++i) result.images.push_back(images->where(i));
  return result;
}

void check_embedding_path(const std::filesystem::path& path) {
  const auto ending = path.extension();
  if (ending == ".safetensors" || ending == ".npy") return;
  throw Error(Code::usage, {.file = path.string()},
              "the ending of the file's name is that of its format: .safetensors or .npy");
}

void write_embedding(const std::filesystem::path& path, const Embedding& embedding) {
  check_embedding_path(path);
  const auto features = embedding.features.contiguous();
  if (path.extension() == ".npy") {
    io::write_npy(path, features.sizes(),
                  {features.const_data_ptr<float>(), static_cast<std::size_t>(features.numel())});
    return;
  }
  std::vector<train::Named> tensors;
  tensors.reserve(2);
  tensors.emplace_back("features", features);
  io::Metadata metadata{{"temper.images", io::json_text(nlohmann::json(embedding.images))}};
  if (embedding.labels.defined()) {
    tensors.emplace_back("labels", embedding.labels);
    metadata["temper.classes"] = io::json_text(nlohmann::json(embedding.classes));
  }
  train::save_tensors(path, tensors, metadata);
}

}  // namespace temper::evaluate
