#include "temper/report/report.h"

#include "temper/io/atomic_file.h"
#include "temper/report/page.h"

namespace temper::report {

std::filesystem::path write_report(const std::filesystem::path& run_directory,
                                   const InspectOptions& options) {
  const auto path = run_directory / "report.html";
  io::write_atomically(path, page(read_run(run_directory), inspect(run_directory, options)));
  return path;
}

}  // namespace temper::report
