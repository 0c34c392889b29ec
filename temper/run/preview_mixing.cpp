#include "temper/run/preview_mixing.h"

#include <ATen/ops/empty.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "temper/mix/apply.h"

namespace temper::run {
namespace {

/// float [n, channels, height, width], channels-last, with samples in [0, 255].
at::Tensor batch_of(const std::vector<PreviewPicture>& pictures) {
  const auto& first = pictures.front().image;
  const auto batch =
      at::empty({std::ssize(pictures), first.height, first.width, first.channels}, at::kFloat);
  auto* to = batch.mutable_data_ptr<float>();
  for (const auto& picture : pictures) to = std::ranges::copy(picture.image.pixels, to).out;
  return batch.permute({0, 3, 1, 2});
}

io::Image image_of(const at::Tensor& mixed, io::Image like) {
  const auto samples = mixed.permute({1, 2, 0}).round().clamp(0, 255).to(at::kByte).contiguous();
  std::copy_n(samples.const_data_ptr<std::uint8_t>(), like.pixels.size(), like.pixels.begin());
  return like;
}

/// "0.63 cat + 0.37 dog"
std::string target_text(const mix::Plan& plan, const mix::Row& row, const std::string& own,
                        const std::vector<PreviewPicture>& pictures) {
  if (!row.is_mixed()) return own;
  const auto& weights = plan.blends[row.blend].weights;
  auto text = fmt::format("{:.2f} {}", weights.front(), own);
  for (std::size_t m = 0; m < row.partners.size(); ++m)
    text += fmt::format(" + {:.2f} {}", weights[m + 1],
                        pictures[static_cast<std::size_t>(row.partners[m])].title);
  return text;
}

/// Where features are mixed, the pictures stay as they are.
std::vector<std::string> lines_of(const mix::Plan& plan) {
  if (plan.stage() == 0) return {};
  return {fmt::format("mixed behind stage {} of the network", plan.stage())};
}

PreviewRow row_of(const train::Plan& plan, const mix::Mixing& mixing,
                  const std::vector<PreviewPicture>& pictures) {
  PreviewRow row;
  const auto batch = batch_of(pictures);
  const auto made =
      mix::plan(mixing, {.seed = static_cast<std::uint64_t>(plan.recipe.seed), .step = 0},
                {.rows = batch.size(0), .images = {batch.size(2), batch.size(3)}});
  if (made.stage() == 0) mix::mix_images(made, batch);
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const auto& before = pictures[i];
    row.pictures.push_back({.image = image_of(batch[static_cast<std::int64_t>(i)], before.image),
                            .where = before.where,
                            .title = target_text(made, made.rows[i], before.title, pictures),
                            .lines = lines_of(made)});
  }
  return row;
}

}  // namespace

PreviewSection mixed_section(const train::Plan& plan, const PreviewRow& prepared) {
  PreviewSection section{
      "mixing",
      "Mixed",
      "The pictures above, mixed with one another by each method of the recipe with its options at "
      "the first step, as if they were a batch. In training, batches are larger, one of the "
      "methods is drawn each time, and mixing.p says how often.",
      {}};
  const auto& mixing = plan.recipe.mixing.value();
  if (mixing.partner == mix::Partner::similar)
    section.about +=
        " There, partners are images of the whole training set with similar targets; here they are "
        "drawn from the pictures shown.";
  for (std::size_t i = 0; i < mixing.methods.size(); ++i) {
    auto alone = mixing;
    alone.methods = {mixing.methods[i]};
    alone.p = 1;
    if (alone.partner == mix::Partner::similar) alone.partner = mix::Partner::permuted;
    auto row = row_of(plan, alone, prepared.pictures);
    row.title =
        std::visit([](const auto& method) { return std::string(method.kind); }, mixing.methods[i]);
    row.option = fmt::format("mixing.methods.{}", i);
    section.rows.push_back(std::move(row));
  }
  return section;
}

}  // namespace temper::run
