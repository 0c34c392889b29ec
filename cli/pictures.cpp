#include "pictures.h"

#include <iostream>
#include <memory>

#include "temper/data/sources/picture_paths.h"

namespace temper::cli {

Argument add_images(const Command& command, PictureArguments& arguments) {
  return command
      .option("images", arguments.images,
              "PNG, JPEG or WebP files; folders, whose pictures and those of the folders in them "
              "are read; - reads paths from standard input, one on each line")
      .called("IMAGE");
}

void add_reading(const Command& command, PictureArguments& arguments) {
  command.flag("--null", arguments.null,
               "paths on standard input end with a zero byte in place of a line feed, as "
               "`find -print0` writes them");
  command.option("--batch", arguments.batch, "number of pictures in a forward pass")
      .called("N")
      .within(1, 65536)
      .with_default();
  command
      .option("--threads", arguments.threads,
              "number of threads that read and decode pictures; 0: one for each processor")
      .called("N")
      .within(0, 1024)
      .with_default();
}

evaluate::NextPath next_path(const PictureArguments& arguments) {
  const auto paths = std::make_shared<data::PicturePaths>(arguments.images, std::cin,
                                                          arguments.null ? '\0' : '\n');
  return [paths] { return paths->next(); };
}

}  // namespace temper::cli
