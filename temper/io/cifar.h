#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace temper::io {

/// The two sets of Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images", in
/// their binary version.
enum class CifarKind : std::uint8_t {
  ten,      ///< a record is a label and a picture
  hundred,  ///< a record is a coarse label, a fine label and a picture
};

inline constexpr int kCifarSide = 32;
inline constexpr std::size_t kCifarPicture = std::size_t{3} * 32 * 32;

/// Pictures of 32 x 32 pixels in red, green, blue.
struct Cifar {
  std::vector<std::uint8_t> labels;  ///< one a picture; of CIFAR-100 the fine ones
  std::vector<std::uint8_t> pixels;  ///< kCifarPicture a picture: rows, columns, channels
};

/// Appends the records of one file. Throws Error{Code::data}: a file without records, bytes left
/// over (it is cut short, or of the other kind), a label beyond the last class.
/// @param name  what messages call the file
void append_cifar(std::span<const std::byte> bytes, const std::string& name, CifarKind kind,
                  Cifar& into);

}  // namespace temper::io
