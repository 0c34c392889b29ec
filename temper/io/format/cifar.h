#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace temper::io {

/// The two data sets of Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images",
/// in their binary version.
enum class CifarKind : std::uint8_t {
  ten,      ///< a record is a label and an image
  hundred,  ///< a record is a coarse label, a fine label and an image
};

inline constexpr int kCifarSide = 32;
inline constexpr std::size_t kCifarPicture = std::size_t{3} * 32 * 32;

/// RGB images of 32 x 32 pixels.
struct Cifar {
  std::vector<std::uint8_t> labels;  ///< one per image; the fine labels of CIFAR-100
  std::vector<std::uint8_t> pixels;  ///< kCifarPicture per image: rows, columns, channels
};

/// Appends the records of one file. Throws Error{Code::data}: a file without records, an
/// incomplete last record (the file is truncated, or of the other kind), a label beyond the last
/// class.
/// @param name  the file's name in messages
void append_cifar(std::span<const std::byte> bytes, const std::string& name, CifarKind kind,
                  Cifar& into);

}  // namespace temper::io
