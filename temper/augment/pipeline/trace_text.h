#pragma once
#include <span>
#include <string>
#include <vector>

#include "temper/augment/pipeline/applier.h"
#include "temper/augment/pixels/applied.h"

/// What operations did to an image, for people.
namespace temper::augment {

/// "rotate -27 degrees", "brightness 1.25", "flip".
std::string to_text(const Applied& applied);

/// A random number with its distribution: "3 of 0 to 8", "0.42 of 0 to 1", "yes, with chance 0.5".
std::string to_text(const Draw& draw);

/// What one operation did itself, without the operations that it holds: "rotate -27 degrees",
/// "pad_crop: translate_y 2 pixels, translate_x -1 pixels", "random_apply".
std::string to_text(const Trace& trace);

/// Whether the operation, or one that it holds, changed anything that it told.
bool did_something(const Trace& trace);

/// A line for each operation that did something, in order; those within another one are indented
/// below it, by two spaces a level.
std::vector<std::string> to_lines(std::span<const Trace> traces);

/// The random numbers of each operation that drew some, in order: "flip: yes, with chance 0.5".
/// Those within another one are indented below it.
std::vector<std::string> draw_lines(std::span<const Trace> traces);

/// What they did on one line: "flip; random_apply (rotate -27 degrees; posterize 4 bits)";
/// "nothing" where no operation did anything.
std::string to_text(std::span<const Trace> traces);

}  // namespace temper::augment
