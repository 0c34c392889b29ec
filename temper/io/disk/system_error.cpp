#include "temper/io/disk/system_error.h"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

namespace temper::io {
namespace {

std::string_view advice(int error_number) {
  switch (error_number) {
    case ENOSPC:
    case EDQUOT:
      return " Free space there and run the same command again.";
    case EFBIG:
      return " Raise the limit on file sizes (ulimit -f) and run the same command again.";
    case EACCES:
    case EPERM:
      return " You have no permission: change the permissions, or choose another folder.";
    case EROFS:
      return " Choose a folder on a writable file system.";
    case ENOENT:
      return " Check the path.";
    case ENOTDIR:
    case EEXIST:
      return " A file exists where a folder is needed: remove it, or choose another path.";
    case EISDIR:
      return " Give the path of a file.";
    case EMFILE:
    case ENFILE:
      return " Raise the limit on open files (ulimit -n).";
    case EIO:
      return " The disk or its connection is failing.";
    default:
      return "";
  }
}

}  // namespace

Error system_error(std::string_view action, const std::filesystem::path& path, int error_number) {
  return {Code::io,
          {.file = path.string()},
          fmt::format("cannot {}: {}.{}", action, std::generic_category().message(error_number),
                      advice(error_number))};
}

}  // namespace temper::io
