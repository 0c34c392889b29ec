#include "temper/report/mistake_maps.h"

#include <ATen/ops/argmax.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "temper/core/error.h"
#include "temper/evaluate/cam_overlay.h"
#include "temper/evaluate/grad_cam.h"

namespace temper::report {
namespace {

constexpr auto kMaps = "cam";
constexpr auto kRows = "cam.rows";

}  // namespace

std::vector<MistakeMap> mistake_maps(train::SavedModel& model, const train::Plan& plan,
                                     const Run& run) {
  if (!run.mistakes || !run.predictions || !plan.test) return {};
  train::require_classes(model, "Grad-CAM");
  const auto& logits = run.predictions->logits;
  if (logits.size(0) != plan.test->size())
    throw Error(
        Code::data, {.file = run.directory.string()},
        "Grad-CAM of mistakes: the test set has changed since the run was tested; leave it out");
  std::vector<MistakeMap> maps;
  io::Picture picture;
  for (const auto row : run.mistakes->rows) {
    plan.test->read(row, picture);
    const auto input = train::network_input(model, picture);
    const auto shown = logits[row].argmax().view({1});
    const auto map =
        evaluate::grad_cam(*model.network, input.to(plan.device), shown.to(plan.device));
    const auto sized = evaluate::shown_maps(map.to(at::kCPU), input.size(2), input.size(3))[0];
    maps.push_back({row, evaluate::cam_overlay(input, model.transform.normalisation, sized)});
  }
  return maps;
}

std::vector<train::Named> tensors_of(const std::vector<MistakeMap>& maps) {
  if (maps.empty()) return {};
  const auto& first = maps.front().overlay;
  const auto count = std::ssize(maps);
  const auto pixels = at::empty({count, first.height, first.width, 3}, at::kByte);
  const auto rows = at::empty({count}, at::kLong);
  auto* to = pixels.mutable_data_ptr<std::uint8_t>();
  for (std::size_t i = 0; i < maps.size(); ++i) {
    to = std::ranges::copy(maps[i].overlay.pixels, to).out;
    rows.mutable_data_ptr<std::int64_t>()[i] = maps[i].row;
  }
  return {{kMaps, pixels}, {kRows, rows}};
}

std::vector<MistakeMap> read_maps(const io::Safetensors& file) {
  if (file.find(kMaps) == nullptr) return {};
  const auto& pixels = file.at(kMaps);
  const auto& rows = file.at(kRows);
  if (pixels.dtype != io::Dtype::u8 || pixels.shape.size() != 4 || pixels.shape[3] != 3 ||
      pixels.bytes.empty() || rows.dtype != io::Dtype::i64 ||
      rows.shape != std::vector<std::int64_t>{pixels.shape[0]})
    throw Error(Code::data,
                "maps of mistakes that are not what `temper report` writes; remove the file and "
                "repeat the report with --cam");
  constexpr std::int64_t longest = 65536;  // pixels of a side
  const auto height = pixels.shape[1], width = pixels.shape[2];
  if (height > longest || width > longest)
    throw Error(Code::data, "maps of mistakes of more than 65536 pixels in height or width");
  const auto all = train::to_tensor(pixels);
  const auto indices = train::to_tensor(rows);
  const auto* from = all.const_data_ptr<std::uint8_t>();
  const auto size = height * width * 3;
  std::vector<MistakeMap> maps;
  for (std::int64_t i = 0; i < pixels.shape[0]; ++i, from += size) {
    io::Image overlay{static_cast<int>(height), static_cast<int>(width), 3, {from, from + size}};
    maps.push_back({indices[i].item<std::int64_t>(), std::move(overlay)});
  }
  return maps;
}

}  // namespace temper::report
