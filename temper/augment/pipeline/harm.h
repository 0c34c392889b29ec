#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "temper/augment/pipeline/operation.h"
#include "temper/augment/pixels/box.h"

namespace temper::augment {

/// Pictures of one kind in a data set.
struct PictureKind {
  Size size;
  std::int64_t channels = 3;  ///< 1 or 3
  bool gray = false;          ///< all samples of a pixel are equal
  bool operator==(const PictureKind&) const = default;
};

enum class HarmKind : std::uint8_t { error, move, crop, erase, color };

/// What an operation does that can't be meant.
struct Harm {
  std::size_t operation = 0;  ///< index in the list; one that holds others stands for them, too
  HarmKind kind = HarmKind::error;
  double share = 1;  ///< of its draws in which it does so
  std::string text;  ///< "moves pictures of 32 x 32 pixels by up to 32 pixels, ..."
  bool operator==(const Harm&) const = default;
};

/// Applies a list of operations to an empty picture of that kind, with many draws, and tells what
/// it finds of each operation, from the values that it notes (Applied):
/// - moves by more than half of the picture's width or height at that place in the list,
/// - crops that are larger than the picture,
/// - boxes that erase more than half of the input, or, as squares of policies do, of the picture at
///   that place,
/// - changes of color, of gray pictures,
/// - an error, which a result of another size than the input is, too.
/// @param input  the network's input size
std::vector<Harm> harms(std::span<const Operation> operations, Size input, const PictureKind& kind);

}  // namespace temper::augment
