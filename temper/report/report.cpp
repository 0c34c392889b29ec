#include "temper/report/report.h"

#include <utility>

#include "temper/io/disk/atomic_file.h"
#include "temper/report/page.h"

namespace temper::report {

WrittenReport write_report(const std::filesystem::path& run_directory,
                           const InspectOptions& options) {
  auto facts = gather(read_run(run_directory), inspect(run_directory, options));
  auto path = run_directory / "report.html";
  io::write_atomically(path, page(facts));
  return {std::move(path), std::move(facts.summary), std::move(facts.inspection)};
}

}  // namespace temper::report
