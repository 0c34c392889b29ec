#include "temper/corrupt/benchmark/corrupt.h"

#include <fmt/format.h>

#include "temper/core/error.h"
#include "temper/corrupt/benchmark/constants.h"
#include "temper/corrupt/kinds/blur.h"
#include "temper/corrupt/kinds/digital.h"
#include "temper/corrupt/kinds/elastic.h"
#include "temper/corrupt/kinds/fog.h"
#include "temper/corrupt/kinds/noise.h"
#include "temper/corrupt/kinds/snow.h"
#include "temper/corrupt/kinds/spatter.h"
#include "temper/corrupt/kinds/tone.h"

namespace temper::corrupt {
namespace {

/// One picture to corrupt.
struct Task {
  io::Image& image;
  int severity = 1;
  const Options& options;
  Draws& draws;
  Workspace& memory;
  bool cifar = uses_cifar(options.constants, image.height, image.width);
  bool original = options.dialect == Dialect::hendrycks;

  template <class T>
  [[nodiscard]] const T& at(const constants::Table<T>& table) const {
    return table.at(cifar, severity);
  }
};

void add_noise(const Task& task, Kind kind) {
  const auto& [image, severity, options, draws, memory, cifar, original] = task;
  if (kind == Kind::gaussian_noise)
    gaussian_noise(image, task.at(constants::gaussian_noise), draws);
  else if (kind == Kind::shot_noise)
    shot_noise(image, task.at(constants::shot_noise), draws);
  else if (kind == Kind::impulse_noise)
    impulse_noise(image, task.at(constants::impulse_noise), draws, memory);
  else
    speckle_noise(image, task.at(constants::speckle_noise), draws);
}

void add_frost(const Task& task) {
  const auto& weights = task.at(constants::frost);
  const auto& photographs = task.options.frost;
  if (!photographs) return frost(task.image, weights, task.draws, task.memory);
  const auto size = !task.original ? FrostSize::fitting
                    : task.cifar   ? FrostSize::fifth
                                   : FrostSize::as_it_is;
  frost(task.image, weights, *photographs, size, task.draws, task.memory);
}

void transform(const Task& task) {
  auto& image = task.image;
  if (!task.original) {
    const auto strength =
        constants::elastic_of_imagecorruptions.at(static_cast<std::size_t>(task.severity - 1));
    return elastic_transform(image, strength, task.draws, task.memory);
  }
  const double side = std::min(image.height, image.width);
  elastic_transform(image, task.at(constants::elastic_transform),
                    task.cifar ? side : side * 244 / 224, task.draws, task.memory);
}

void blur_by_motion(const Task& task) {
  const auto& [radius, sigma] = task.at(constants::motion_blur);
  motion_blur(task.image, radius, sigma, task.original, task.draws, task.memory);
}

}  // namespace

bool uses_cifar(ConstantSet constants, std::int64_t height, std::int64_t width) {
  if (constants == ConstantSet::automatic) return std::min(height, width) <= 32;
  return constants == ConstantSet::cifar;
}

void check_severity(std::int64_t severity) {
  if (severity >= 1 && severity <= kSeverities) return;
  throw Error(Code::usage,
              fmt::format("a corruption of severity {}; expected 1 to {}", severity, kSeverities));
}

void corrupt(io::Image& image, Kind kind, int severity, const Options& options, Draws& draws,
             Workspace& memory) {
  check_severity(severity);
  const Task task{
      .image = image, .severity = severity, .options = options, .draws = draws, .memory = memory};
  switch (kind) {
    case Kind::gaussian_noise:
    case Kind::shot_noise:
    case Kind::impulse_noise:
    case Kind::speckle_noise:
      return add_noise(task, kind);
    case Kind::defocus_blur:
      return defocus_blur(image, task.at(constants::defocus_blur), memory);
    case Kind::glass_blur:
      return glass_blur(image, task.at(constants::glass_blur), draws, memory);
    case Kind::motion_blur:
      return blur_by_motion(task);
    case Kind::zoom_blur:
      return zoom_blur(image, task.at(constants::zoom_blur), task.original, memory);
    case Kind::snow:
      return snow(image, task.at(constants::snow), task.original, draws, memory);
    case Kind::frost:
      return add_frost(task);
    case Kind::fog:
      return fog(image, task.at(constants::fog), draws, memory);
    case Kind::brightness:
      return brightness(image, task.at(constants::brightness), memory);
    case Kind::contrast:
      return contrast(image, task.at(constants::contrast), memory);
    case Kind::elastic_transform:
      return transform(task);
    case Kind::pixelate:
      return pixelate(image, task.at(constants::pixelate), !task.original, memory);
    case Kind::jpeg_compression:
      return jpeg_compression(image, task.at(constants::jpeg_compression));
    case Kind::gaussian_blur:
      return gaussian_blur(image, task.at(constants::gaussian_blur), memory);
    case Kind::spatter:
      return spatter(image, task.at(constants::spatter), draws, memory);
    case Kind::saturate:
      return saturate(image, task.at(constants::saturate), memory);
  }
}

AddressedDraws draws_for(std::uint64_t seed, Kind kind, int severity, std::uint64_t image) {
  return AddressedDraws(
      Random(seed, Purpose::corrupt,
             {coordinate(name_of(kind)), static_cast<std::uint64_t>(severity), image}));
}

}  // namespace temper::corrupt
