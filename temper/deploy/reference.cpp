#include "temper/deploy/reference.h"

#include <ATen/ops/from_blob.h>
#include <ATen/ops/tensor.h>
#include <c10/core/InferenceMode.h>

#include <cstddef>

#include "temper/data/loader/loader.h"
#include "temper/evaluate/in_float.h"
#include "temper/io/image/picture.h"
#include "temper/measure/temperature.h"

namespace temper::deploy {
namespace {

/// A triangle wave, 0 to 255, of that many pixels.
std::int64_t wave(std::int64_t place, std::int64_t period) {
  const auto phase = place % period * 510 / period;
  return phase > 255 ? 510 - phase : phase;
}

/// The picture as the network sees it, before normalization.
at::Tensor pixels_of(const augment::InputTransform& transform, io::Picture& picture) {
  const auto pipelines = data::pipelines_of(data::evaluation_options(transform));
  augment::Frame frame;
  auto& seen = pipelines.front().pixels(picture, {}, frame);
  return at::from_blob(seen.pixels.data(), {seen.height, seen.width, seen.channels}, at::kByte)
      .clone();
}

}  // namespace

io::Image reference_picture(std::int64_t height, std::int64_t width, std::int64_t channels) {
  io::Image picture{.height = static_cast<int>(height + height / 4 + 3),
                    .width = static_cast<int>(width + width / 2 + 5),
                    .channels = static_cast<int>(channels),
                    .pixels = {}};
  picture.pixels.reserve(picture.size());
  for (std::int64_t y = 0; y < picture.height; ++y)
    for (std::int64_t x = 0; x < picture.width; ++x)
      for (std::int64_t c = 0; c < channels; ++c) {
        const auto smooth = wave(3 * x + 2 * y + 40 * c, 200);
        const auto rough = ((x * (7 + 4 * c)) ^ (y * (11 + 2 * c))) % 64;
        picture.pixels.push_back(static_cast<std::uint8_t>((3 * smooth + 255 * rough / 63) / 4));
      }
  return picture;
}

at::Tensor expected_output(model::Network& network, const at::Tensor& inputs,
                           const OnnxOptions& options) {
  const c10::InferenceMode inference;
  const evaluate::InFloat in_float(network);  // as the model computes
  auto outputs = network.forward(inputs).to(at::kDouble);
  if (!options.scale.mean.empty())
    outputs = outputs.mul(at::tensor(options.scale.deviation, at::kDouble))
                  .add(at::tensor(options.scale.mean, at::kDouble));
  if (options.softmax) outputs = measure::divided(outputs, options.temperature).softmax(1);
  return outputs.to(at::kFloat);
}

Reference reference(train::SavedModel& model, const OnnxOptions& options) {
  const auto [height, width] = model.transform.size();
  Reference made{.picture = reference_picture(height, width, model.task.channels)};
  io::Picture picture;
  picture.view(made.picture);
  const auto input = train::network_input(model, picture);
  made.pixels = pixels_of(model.transform, picture);
  made.input =
      options.normalisation ? made.pixels.permute({2, 0, 1}).unsqueeze(0).to(at::kFloat) : input;
  made.output = expected_output(*model.network, input, options);
  return made;
}

}  // namespace temper::deploy
