# The pages' template, styles and scripts, Chart.js as packaged by Debian, and the letters of PNG sheets are embedded into
# the program.
find_file(TEMPER_CHART_JS NAMES chart.umd.min.js chart.umd.js chart.min.js Chart.min.js
          PATHS /usr/share/javascript/chart.js /usr/share/nodejs/chart.js/dist NO_DEFAULT_PATH
          DOC "Chart.js as one script (Debian: libjs-chart.js)")
if(NOT TEMPER_CHART_JS)
  message(FATAL_ERROR "No Chart.js under /usr/share/javascript/chart.js, needed for the report's plots. "
                      "Install libjs-chart.js, or set TEMPER_CHART_JS to chart.umd.js or chart.min.js.")
endif()

set(folder "${CMAKE_CURRENT_SOURCE_DIR}/temper/report")
set(assets "${CMAKE_BINARY_DIR}/generated/temper/report/assets.cpp")
set(files page.html page.css frame.js page.js compare.js preview.js study.css study.js live.css live.js letters.png)
set(entries "chart_js|${TEMPER_CHART_JS}")
foreach(file IN LISTS files)
  string(REPLACE "." "_" asset "${file}")
  string(APPEND entries ";${asset}|${folder}/${file}")
endforeach()
list(TRANSFORM files PREPEND "${folder}/")
add_custom_command(
  OUTPUT "${assets}"
  COMMAND "${CMAKE_COMMAND}" -D "OUTPUT=${assets}" -D "FILES=${entries}" -P "${folder}/embed.cmake"
  DEPENDS "${folder}/embed.cmake" ${files} "${TEMPER_CHART_JS}"
  VERBATIM)
target_sources(${target} PRIVATE "${assets}")
# A separate target, so that the file can be generated without building the rooms that report depends on.
add_custom_target(temper_report_assets DEPENDS "${assets}")
set_source_files_properties("${assets}" PROPERTIES SKIP_PRECOMPILE_HEADERS ON SKIP_LINTING ON)
