#include "temper/report/report.h"

#include <utility>

#include "temper/io/disk/atomic_file.h"
#include "temper/report/model_card.h"
#include "temper/report/page.h"
#include "temper/report/run_list_text.h"
#include "temper/report/saved_inspection.h"

namespace temper::report {

WrittenReport write_report(const std::filesystem::path& run_directory,
                           const InspectOptions& options) {
  auto measured = inspect(run_directory, options);
  auto run = read_run(run_directory);
  const bool is_new = !measured.clusters.empty() || measured.sensitivity || !measured.maps.empty();
  auto inspection = merged(std::move(measured), saved_inspection(run));
  if (is_new) save_inspection(run, inspection);
  auto facts = gather(std::move(run), std::move(inspection));
  auto path = run_directory / "report.html";
  io::write_atomically(path, page(facts));
  if (facts.summary.finished)
    io::write_atomically(run_directory / "results.csv", results_csv(facts.summary));
  // Its author may have completed an earlier one.
  const auto card = run_directory / "MODEL_CARD.md";
  if (const auto text = model_card(facts); !text.empty() && !std::filesystem::exists(card))
    io::write_atomically(card, text);
  return {std::move(path), std::move(facts.summary), std::move(facts.inspection)};
}

}  // namespace temper::report
