#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "temper/augment/pixels/box.h"
#include "temper/augment/pixels/fill.h"
#include "temper/core/fields.h"
#include "temper/io/image/image.h"

namespace temper::augment {

/// What pixels outside an image are: torchvision's padding modes.
enum class Border : std::uint8_t {
  constant,   ///< a color
  reflect,    ///< the image mirrored at the centers of its outermost pixels: c b | a b c | b a
  edge,       ///< the outermost pixel: a a | a b c | c c
  symmetric,  ///< the image mirrored at its edges: b a | a b c | c b
};

/// The pixel of an image of `length` pixels that continues it at `place`, which may lie outside: as
/// numpy.pad repeats and mirrors it, however far away. For all borders but `constant`.
std::int64_t continued(std::int64_t place, std::int64_t length, Border border);

/// Copies a box of an image, which may reach beyond it.
/// @param to  gets the box's size
void crop(const io::Image& from, io::Image& to, Box box, Border border, Fill fill);

}  // namespace temper::augment

template <>
struct temper::EnumNames<temper::augment::Border> {
  static constexpr std::array<std::string_view, 4> value{"constant", "reflect", "edge",
                                                         "symmetric"};
};
