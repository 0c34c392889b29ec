#include "temper/mix/mixing.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "temper/core/error.h"

namespace temper::mix {
namespace {

/// The number of images that a method averages.
std::int64_t images_of(const Method& method, std::int64_t rows) {
  if (const auto* mixup = std::get_if<Mixup>(&method)) return mixup->images;
  if (const auto* zeta = std::get_if<ZetaMixup>(&method))
    return zeta->images == 0 ? rows : zeta->images;
  return 2;
}

[[noreturn]] void refuse(const std::string& option, const std::string& text) {
  throw Error(Code::usage, {.option = option}, option + text);
}

void check_images(const Mixing& options, std::int64_t images, const std::string& method,
                  std::int64_t rows) {
  const auto option = method + ".images";
  if (images < 2)
    refuse(option, fmt::format(" gives {} image to average; expected at least 2, or 0 for all "
                               "images of the batch",
                               images));
  if (images > rows && options.partner != Partner::similar)
    refuse(option, fmt::format(" asks for {} images, but a batch has {}; lower it, or raise "
                               "data.batch_size",
                               images, rows));
  if (images > 2 && options.mode == Mode::pair)
    refuse(option, fmt::format(" asks for {} images, but mode = \"pair\" mixes two with each "
                               "other; expected 2, or another mode",
                               images));
  if (images > 2 && (options.partner == Partner::reversed || options.partner == Partner::similar))
    refuse(option, fmt::format(" asks for {} images, but partner = \"{}\" gives an image one "
                               "partner; use partner = \"permuted\" or \"rolled\"",
                               images, name_of(options.partner)));
}

void check_stages(const Mixing& options, const ManifoldMixup& method, const std::string& path) {
  if (method.stages.empty())
    refuse(path + ".stages", " is empty; expected at least one stage, as in [0, 1, 2]");
  if (options.mode != Mode::batch)
    refuse(path, fmt::format(" is manifold_mixup, which mixes at one stage of the network for the "
                             "whole batch, and mode = \"{}\"; use mode = \"batch\"",
                             name_of(options.mode)));
  if (options.partner == Partner::similar)
    refuse(path,
           " is manifold_mixup, which mixes the images of a batch, and with partner = \"similar\" "
           "partners are not in it; use another partner, such as permuted, or the method mixup");
}

}  // namespace

std::vector<Onset> Mixing::onsets(const Horizon& run) const {
  if (off_epoch == 0) return {};
  return {Onset::in(run, "off_epoch",
                    static_cast<double>(off_epoch) * static_cast<double>(run.steps_per_epoch) + 1,
                    "mixing is never switched off")};
}

void check(const Mixing& options, std::string_view path, std::int64_t rows) {
  if (options.methods.empty())
    refuse(fmt::format("{}.methods", path),
           " is empty; expected at least one method, as in [\"mixup\"], or leave mixing out");
  if (options.mode == Mode::pair && options.partner == Partner::rolled)
    refuse(fmt::format("{}.mode", path),
           " is \"pair\", but with partner = \"rolled\" no two images are each other's partners; "
           "use partner = \"reversed\" or \"permuted\"");
  if (options.mode == Mode::pair && options.partner == Partner::similar)
    refuse(fmt::format("{}.mode", path),
           " is \"pair\", but with partner = \"similar\" partners are not images of the batch; use "
           "mode = \"batch\" or \"elem\"");
  if (options.partner != Partner::similar && options.bandwidth != Mixing{}.bandwidth)
    refuse(fmt::format("{}.bandwidth", path),
           fmt::format(" = {} is about partners with similar targets, and partner = \"{}\"; use "
                       "partner = \"similar\", or leave it out",
                       options.bandwidth, name_of(options.partner)));
  if (options.partner == Partner::similar && !options.across_ranks)
    refuse(fmt::format("{}.across_ranks", path),
           " = false is about partners that are images of the batch, and with partner = "
           "\"similar\" they are not: each process reads those of its own images; leave it out");
  if (rows < 2 && options.partner != Partner::similar)
    refuse(std::string(path),
           " mixes the images of a batch with one another, but a batch has a single one; raise "
           "data.batch_size, or leave mixing out");
  for (std::size_t i = 0; i < options.methods.size(); ++i) {
    const auto method = fmt::format("{}.methods.{}", path, i);
    check_images(options, images_of(options.methods[i], rows), method, rows);
    if (const auto* manifold = std::get_if<ManifoldMixup>(&options.methods[i]))
      check_stages(options, *manifold, method);
  }
}

std::int64_t last_stage(const Mixing& options) {
  std::int64_t last = 0;
  for (const auto& method : options.methods)
    if (const auto* manifold = std::get_if<ManifoldMixup>(&method))
      for (const auto stage : manifold->stages) last = std::max(last, stage);
  return last;
}

std::int64_t images_needed(const Mixing& options) {
  std::int64_t most = 2;
  for (const auto& method : options.methods) most = std::max(most, images_of(method, 2));
  return most;
}

}  // namespace temper::mix
