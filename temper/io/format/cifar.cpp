#include "temper/io/format/cifar.h"

#include <fmt/format.h>

#include "temper/core/error.h"

namespace temper::io {
namespace {

/// Converts planes of red, green and blue to interleaved pixels.
void append_picture(std::span<const std::byte, kCifarPicture> planes,
                    std::vector<std::uint8_t>& pixels) {
  constexpr std::size_t plane = kCifarPicture / 3;
  for (std::size_t i = 0; i < plane; ++i)
    for (std::size_t c = 0; c < 3; ++c)
      pixels.push_back(std::to_integer<std::uint8_t>(planes[c * plane + i]));
}

}  // namespace

void append_cifar(std::span<const std::byte> bytes, const std::string& name, CifarKind kind,
                  Cifar& into) {
  const std::size_t labels = kind == CifarKind::ten ? 1 : 2;
  const int classes = kind == CifarKind::ten ? 10 : 100;
  const std::size_t record = labels + kCifarPicture;
  if (bytes.empty() || bytes.size() % record != 0)
    throw Error(Code::data, {.file = name},
                fmt::format("{} bytes; expected records of {} bytes each ({} and an image). The "
                            "file is cut short or not a file of this data set: download it again.",
                            bytes.size(), record, labels == 1 ? "a label" : "two labels"));
  const std::size_t count = bytes.size() / record;
  into.labels.reserve(into.labels.size() + count);
  into.pixels.reserve(into.pixels.size() + count * kCifarPicture);
  for (std::size_t i = 0; i < count; ++i) {
    const auto here = bytes.subspan(i * record, record);
    const int label = std::to_integer<int>(here[labels - 1]);
    if (label >= classes)
      throw Error(Code::data, {.file = name},
                  fmt::format("record {}: label {}; expected 0 to {}. The file is damaged or not a "
                              "file of this data set: download it again.",
                              i, label, classes - 1));
    into.labels.push_back(static_cast<std::uint8_t>(label));
    append_picture(here.subspan(labels).first<kCifarPicture>(), into.pixels);
  }
}

}  // namespace temper::io
