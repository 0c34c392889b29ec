#include "current_error.h"

#include <exception>
#include <filesystem>
#include <new>
#include <string>

namespace temper::cli {

Error current_error() {
  try {
    throw;
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return {Code::usage, "out of memory; lower data.batch_size or the size of the network"};
  } catch (const std::filesystem::filesystem_error& error) {
    return {Code::io, {.file = error.path1().string()}, error.code().message()};
  } catch (const std::exception& error) {
    return {Code::internal, std::string("this is a bug, please report it: ") + error.what()};
  }
}

}  // namespace temper::cli
