#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "command.h"
#include "temper/evaluate/picture_reader.h"

/// The arguments of commands that read pictures.
namespace temper::cli {

struct PictureArguments {
  std::vector<std::string> images;
  bool null = false;
  std::int64_t batch = 32;
  std::int64_t threads = 0;
};

/// Declares IMAGE... @return it
Argument add_images(const Command& command, PictureArguments& arguments);
/// Declares --null, --batch and --threads.
void add_reading(const Command& command, PictureArguments& arguments);

/// The paths that the arguments name; "-" reads standard input.
evaluate::NextPath next_path(const PictureArguments& arguments);

}  // namespace temper::cli
