<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
<name>PrintPrep</name>
<message>
<source> %</source>
<translation type="unfinished"></translation>
</message>
<message>
<source> mm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source> mm³</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Automatic</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Check all</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Convert archive…</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Demonstration</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Folder:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Import DICOM…</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Keep for this scanner</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Keep:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Load the chosen series</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Make the model</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Model:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Name:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Open folder</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Protocol:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Show record</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>1  Series</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>2  Geometry</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>200 x 200 x 180 (mm)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>3  Segment</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>3MF</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>3MF: states its unit and keeps the names of the parts.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>4  Model</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>40.02 39.98 40.01</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>5  QA</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>6  Export</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>A&amp;pply</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Accept</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Add to the record</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>All checks with their figures, dimension lines, review, colours on the model, plots, and the record as PDF.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Binary PLY, for measuring programs.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Binary STL: understood by every printing program. It has no unit; programs take it for millimetres.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Both together off by at most</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Bring the model onto the reference first by turning and moving, never by scaling. For models from another scan.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Build room:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>C&amp;ompare</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Calibrate the scanner</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Calibrations:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Caliper reads to:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Cancel</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Check how old the scan is at the operation. The record keeps the age, not the dates.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Check whether the model is fit for printing at true size.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Check whether the print fits into the printer, and which walls it can make.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Choose one of {endings}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Choose or load the images that the model is made of.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Choose the archive, then the folder for the converted files.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Click on it</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Colour by:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Colour the model</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Colour:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Compare models</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Compare the readings with the size, and put them into the record.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Compare with Slicer’s own surface</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Confirm what no check can tell:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Convert an archive</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>D&amp;etail:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Decision:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Dimension lines on the model</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Discard</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Distance of planes:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Distances from the model to another one, and what differs in plain words.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>E&amp;xport</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Edge: where the grey values show that the anatomy ends, whatever the threshold was. Threshold: exactly at the range of the segment. Automatic: the threshold where you set the range by hand, else the edge.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Every triangle, or fewer for programs that cannot handle large files. It holds for the next model that is made; what it cost is told above.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Fill the chosen segment with all voxels in the range that the slice views show.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Find the object around the place and measure it in the grey values.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Follow t&amp;he image</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>For programs that lose objects far from the origin. The record keeps by how much the model was moved.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Forget the changed surface.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Formats:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>From a series to a file with its record, from top to bottom.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Generate a tilted, unevenly spaced head scan with objects of known size, and load it: a way to try everything without own data.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Give geometry=(row, column, step) in mm, where they are known</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>How far apart the planes of the regular volume are.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>How far the conversion is.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>How the slices were taken, and what was done so that sizes are true.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Keep what was measured: later checks of scans from this scanner use it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Lab</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Leave out of the table what passed and what is only told.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Leave the chosen object out.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Load the series that is marked in the table.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Look for CT and MR series in a folder and load one. Tilted and unevenly spaced series are straightened. Nothing is copied and the DICOM database is left alone.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Look whether a record, its files and its figures still hold.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Look whether the files of a record are unchanged and its figures reproducible.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Made by:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Make &amp;regular</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Make a regular volume beside the chosen one: straight, with equal steps and without a transform. The chosen one is left as it is.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Make all checks that are not made yet, write the files, read them back, and write volume and record beside them.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Make the surface of the segment as it is chosen above, and check it shortly.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Make the surface, and thin it out if the printing program needs that.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Mark the voxels that belong to the model.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Meas&amp;ure the object</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Measure a ball, block or cylinder of known size that was scanned, and learn by how much the scanner is off.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Measure half con&amp;trast</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Measure half contrast, and correct the segment by hand.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Measure the distances from this model to the other one.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Measure the print</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Measure volume, segment and model with all checks, and compare them with their limits.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Measure, at the surface that the present threshold gives, the grey values inside and outside, and take the middle: the threshold that is neutral for the size.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>More</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Move the middle to the origin</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>No threshold made this segment. On: its surface is laid where the image shows the edge. Off: it stays as the segment is.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Nominal size:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>OBJ</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Ob&amp;ject:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>One case</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Opacity:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>PLY</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Plot:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Plots</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Plots in the view layout; it comes back when the plot is closed.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Prin&amp;ter:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>PrintPrep</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>PrintPrep builds on 3D Slicer, VTK, NumPy, SciPy and pydicom, and thanks those who make them.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Printing programs expect millimetres. Metre and inch are for programs that expect those.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Put the patient's name and number from the subject hierarchy on the PDF. The record itself never holds them.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Readings of the finished print against the size that it should have. They enter the record.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Readings:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Reason, at least ten letters</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Remove the chosen line</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Remove triangles where the surface is flat enough.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Remove triangles, up to</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Review: confirm and decide</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Reviewed by:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>STL</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>STL, OBJ, PLY or 3MF file of the model that this one should equal.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Save as PDF…</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Settings</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Several series were found. Choose one:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Should measure:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Show on the model where walls are thin, and where its surface is off.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Show only what needs attention</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Show the changed surface beside the model, with its deviation. The model stays as it is.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Show the length, width and height of the model as lines with their millimetres.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Show the smoothed surface that Slicer makes of the segment beside the model, and how far they are apart. Press again to take it away.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Show the written files in the file manager.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Size of the print in percent of the patient: 100 % is true to life.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Size:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Smooth &amp;waves below</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Smooth the surface: waves shorter than this length go, longer ones stay (windowed sinc, almost no shrinking).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Smoothing, own limits, colour, and a comparison with the surface that Slicer makes.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Stop the conversion after the file in hand.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Sur&amp;gery on:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Surface:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Take the changed surface as the model.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Take the place where the three slice views cross.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The PDF names the patient</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The colour of the model in the 3D view.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The day of the operation.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The distance from each slice to the next, along their normal. Equal steps make a level line.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The distance of the planes in millimetres, met exactly.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The file that keeps the calibrations of your scanners. It holds no patient data.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The first known size of the object.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The folder for the files. It is remembered on this computer, not in the scene.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The model shown, or all models of the segmentation.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The model that this one should equal.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The name of the files, without their ending. Do not put the patient’s name into it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The objects that were measured, with the uncertainty (95 %) and the deviation from the nominal size.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The opacity of the model in the 3D view.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The second known size of the object.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The series of the folder, the one with most slices chosen.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The shape of the object that was scanned.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The share of the triangles to remove at most.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The size that the printed part should have at the measured place.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The sizes of the model divided by those of the reference, for each axis, and the distances.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The smallest part that is kept, in cubic millimetres.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The smallest step of the caliper.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The surface stays within this distance of the exact one, smoothed and thinned together, measured both ways.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The third known size of the object.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The threshold that parts dark from bright best (Otsu). For volumes without Hounsfield units.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The volume that the model is made of: one that PrintPrep or the DICOM module loaded, or any other scalar volume of the scene.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Then click on the object in a slice view.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Tr&amp;y beside the model</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Turn and move onto it first</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Turns a CT series into a printable model whose size is true to life, in six steps from top to bottom: series, geometry, segment, model, checks, export. Series with a tilted gantry or uneven slices are straightened. What is not on the way of every case stands in the second tab, Lab. The record that is written beside the model proves its size. Press Demonstration to try everything without own data. Not for clinical use unless locally validated.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Unit of the file:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Verif&amp;y a record…</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Verify a record</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Vol&amp;ume:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Wavefront OBJ, for drawing programs.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Waves of the surface shorter than this are smoothed away.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>What a maker of models asks of a scan. Without a protocol the scan is checked for true size alone.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>What a person confirms and decides. It enters the record only where something is ticked or typed.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>What became of the calibration.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>What became of the record.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>What else was found, the steps from slice to slice, what was done, and the distance of the planes.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>What failed or needs care.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>What failed: it stays here until it is mended.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>What is not on the way of every case.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>What is plotted in the view layout. None brings the layout back.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>What the caliper read, several times, in millimetres.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>What the checks compare the scan and the model with. All of it may be left open.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>What the colours mean.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>What the colours of the model show. The scale is fixed, so that models can be compared.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>What the comparison found.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>What the plot shows.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>What the readings say.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>What the reviewer decided, in own words. It goes when the model is checked anew.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>What the scan and the model are compared with: chosen in the Lab, under Settings.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>What the short checks leave out.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>What was measured, and what it means for the print. Click on “show” to see the place.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>What went wrong last, or what to do next.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>What:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Where the object is looked for.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Where the slices meet</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Which models, the unit of the file, the size, and the place of the origin.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Which parts of the segment become the model. Parts that are left out are removed from the segment, too; undo is in the Segment Editor.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Who made the model. Left empty, it does not enter the record.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Who made the protocol.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Who reviewed the model. Left empty, it does not enter the record.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Whole archives in the Philips/Elscint private compression become standard DICOM. The originals stay as they are.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Why the model is exported although a check failed. The text enters the record.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Width, depth and height that the printer can fill, in millimetres.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Write the files for the printing program, and the record that belongs to them.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Write the geometry record (qa.json and a page to print, qa.html) and open it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Write the page of the record as a PDF file in A4.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>accepted, rejected …</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>align</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>caliperMm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>center</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>decimate</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>decimateErrorMm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>decimatePercent</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>decision</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>dimensions</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>exportName</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>follow</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>identity</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>no slice was found</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>obj</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>onlyAttention</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>operator</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>or &amp;file:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>partSizeMm3</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>ply</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>printerSize</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>readings</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>reason</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>reference</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>resolutionMm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>reviewer</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>scalePercent</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>sizeA</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>sizeB</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>sizeC</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>smooth</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>smoothMm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>spacingMm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>stl</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the ending of this name is none of a model file</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>there is no series that PrintPrep can use: {why}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>threemf</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>volume</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>vtkMRMLModelNode</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>vtkMRMLScalarVolumeNode</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>yyyy-MM-dd</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>PrintPrepDICOMPlugin</name>
<message>
<source>Regular volume (PrintPrep)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the slices were not found</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} files are left out</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} slices</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} slices of the series make no volume</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} volumes</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{name} could not be loaded</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{name} was loaded as a regular volume</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>PrintPrepPanel.dicom_settings</name>
<message>
<source> mm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>As acquired leaves the voxels of regular series as they are.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Distance of the planes:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Load with PrintPrep:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Millimetres</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Millimetres:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Series that need it are those that Slicer's own reader loads wrongly, in part or not at all: tilted gantry, uneven or rounded positions, sections, several stacks, private compression.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Series with wide gaps:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Where nothing was scanned between two parts of a series, background fills the gap.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>as acquired</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>equal in all directions</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>every CT series</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>millimetres</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>one volume for each section</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>one volume with all sections</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>only what is chosen by hand</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>series that need it</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>PrintPrepPanel.export_step</name>
<message>
<source>Exporting</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Writing the record</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Writing {name}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Written: {names}</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>PrintPrepPanel.geometry_step</name>
<message>
<source>Making a regular volume</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>first slice</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>last slice</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{mm:.3f} mm</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>PrintPrepPanel.model_step</name>
<message>
<source>Accepted: {told}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Changing the surface</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Comparing</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Making the model</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{name} (Slicer's surface)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{name} (try)</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>PrintPrepPanel.print_record</name>
<message>
<source>the page could not be printed to a file</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>PrintPrepPanel.qa_step</name>
<message>
<source>Cancelled: the model is made, but not checked.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Checking the model</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Checking the model shortly</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>PrintPrepPanel.sampledata</name>
<message>
<source>Demonstration: tilted CT, uneven slices</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>PrintPrepPanel.segment_step</name>
<message>
<source>Finding a threshold</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Measuring half contrast</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Object</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The Threshold effect is not available for this segmentation.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>PrintPrepPanel.series_step</name>
<message>
<source>Folder with DICOM files</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Loading the series</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Looking for series</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Making the demonstration series</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>PrintPrepPanel.work</name>
<message>
<source>Cancelled: nothing was changed.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>PrintPrep</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Something went wrong that should not: the application's log tells more.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>There is not enough memory for this. Close other volumes first.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>calibration.edge_fit</name>
<message>
<source>Calibrate with a solid object of one material</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Check the kind, the place and the nominal size of the object</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Scan it again with the whole object inside the field of view</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the grey values at its edge are off by {percent:.0f} %</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the object is cut by the end of the scanned field, or lies within 1 mm of it</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the object is hollow or not of one material</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>too little of its edge can be seen</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>what lies here does not look like the object ({why})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{percent:.0f} % of its edge is different</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>calibration.measure</name>
<message>
<source>Check the kind of the object</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Check the kind, the place and the nominal size of the object</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Check the nominal size and the place</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Choose one of {kinds}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Choose the object's own segment</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Give a ball's diameter, a block's three edges, or a cylinder's diameter and length</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Give a place inside it, in LPS millimetres</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Give a place inside the object, in LPS millimetres</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Looking for the object</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Measuring the object</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Object measured</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>no {kind} of {sizes} mm was found</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>no {kind} of {sizes} mm was found ({why})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>objects of the kind {kind!r} cannot be measured</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the object is not round: its diameters differ by {differ:.2f} mm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the object that was found does not hold the given place</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the segment is empty</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the size of a {kind} takes {count} positive number(s)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the {kind} at this place measures {sizes} mm, more than {percent:.0f} % away from its nominal size</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>what lies here is no {kind} of that size, or it hangs together with other things</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>calibration.object_fit</name>
<message>
<source>ball</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>block</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>cylinder</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>calibration.scale</name>
<message>
<source>Give a known centre for every object</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Name every object once, with its own centre</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>distances need two objects or more, each with its known centre</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>two objects share their place</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>calibration.start</name>
<message>
<source>Give a place inside a solid object, in LPS millimetres</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Give a place inside the object, in LPS millimetres</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Give the nominal size, or scan the whole object</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Use an extended CT scale, or an object of plastic, glass or ceramic</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the grey values of the object are cut off at {top:.0f}, so that the place of its edge is unknown</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the object is cut by the end of the scanned field, or reaches {reach:.0f} mm away from the place</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the place of the object lies outside the volume</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>there is no object brighter than its surroundings at this place, or it is hollow</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>calibration.store</name>
<message>
<source>Check the path</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Restore it from a copy, or name another file; it was not changed</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Use files whose DeviceSerialNumber was not removed</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the calibrations cannot be read ({reason})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the file is damaged: an entry is not complete</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the file is damaged: it is no JSON ({reason})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the series does not tell which scanner made it, so the calibration cannot be kept</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this is no file of calibrations ({schema})</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>checks.accuracy</name>
<message>
<source>95 % of the model's surface lies within {p95:.2f} mm of where the grey values cross the threshold, on average {mean} of it; the farthest place lies {farthest}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>A threshold {delta:g} HU off would move the surface by {out:+.2f} or {inwards:+.2f} mm on average and change the volume by {more:+.1f} or {less:+.1f} %.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>At this blur and threshold walls thinner than {size:.2f} mm vanish: a hole in the model need not be one in the patient.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Effect of the threshold</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Its grey values end at the top of the stored range.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Metal</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Mixed voxels</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Model against the images</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>No metal was found in and near the segment.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>No wall that is as thin as the blur reaches this threshold: a hole in the model need not be one in the patient.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Not compared: {shares}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Nothing was painted or erased: grey values alone set the surface.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Nowhere does the model follow a surface of the grey values, so the images cannot tell whether its size is right.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Painted and erased</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Smallest visible wall</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Smoothing and thinning out account for up to {mm:.2f} mm of that.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Voxels at the surface that hold more than one tissue make up {percent:.0f} % of the segment's volume. Their share depends on the threshold; the rest does not.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Walls thinner than {size:.2f} mm can fall between two slices: a hole in the model need not be one in the patient.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{mm:.2f} mm inside</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{mm:.2f} mm outside</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{percent:.1f} % (edited by hand or too far from any such surface)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{percent:.1f} % (where the scanned field ends)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{percent:.1f} % of the surface was set by hand: {painted:.0f} mm³ were painted and {erased:.0f} mm³ beside the segment erased. There the model shows a decision, which the images do not confirm.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{percent:.1f} % of the surface was set by hand: {painted:.0f} mm³ were painted, up to {depth:.1f} mm from anything in the range, and {erased:.0f} mm³ beside the segment erased. There the model shows a decision, which the images do not confirm.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{volume:.0f} mm³ in and near the segment read {metal:g} HU and more, as metal does: it looks larger than it is, and its streaks add to the anatomy beside it and eat into it.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>checks.calibration</name>
<message>
<source>Age of the calibration</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Give one reading or more, in millimetres above zero</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Over {extent:.0f} mm the scanner's scale is off by {off:.2f} ± {half:.2f} mm at most ({axis}, measured on an object of known size). The model was not rescaled.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Scale of the scanner</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Size of the print</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The calibration is {days:.0f} days old.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The calibration is {days:.0f} days old: scan the object again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The calibration of this scanner says nothing of its scale along any axis.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The header does not say which scanner made the series, so no calibration belongs to it. The scale of this scanner was never checked against an object of known size. Scan one, and calibrate the scanner with it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The print measures {mean:.2f} ± {half:.2f} mm where the file holds {file:.2f} mm and the object itself {nominal:.2f} mm.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The print measures {mean:.2f} ± {half:.2f} mm where the file holds {file:.2f} mm.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The readings scatter too much: take more.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The scale of this scanner was never checked against an object of known size. Scan one, and calibrate the scanner with it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The scale {axes} is not known well enough: use a larger object.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The scale {axes} was not checked.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>foot to head</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>front to back</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>right to left</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the caliper readings cannot be used</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>checks.edge</name>
<message>
<source>95 % of the model's surface lies within {p95:.2f} mm of the edges in the images, on average {mean} of them; the farthest place lies {farthest}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Another threshold would not move this surface: it lies at the edges. It would only change what belongs to the segment.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Compare the model with the images at those places.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Effect of the threshold</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Mixed voxels</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Model against segment</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Model against the images</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>No edge could be measured: the images show none, or their slices lie too far apart. The surface lies where the grey values cross the range.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Nowhere near the model do the images show an edge, so they cannot tell whether its size is right.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Surface at the edges</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The grey values {bounds} only say what is meant. A surface where they end would lie {mean} of the edge on average, by {first:+.2f} to {last:+.2f} mm on 90 % of it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The images are blurred by {in_plane:.2f} mm in the slices and {across:.2f} mm across them (standard deviation); on {percent:.0f} % of the surface the wall is thinner than that shows. Its thickness is right as far as it is of the same material as thicker walls nearby.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The model encloses {percent:.1f} % less than the voxels of the segment. On average the edge lies {moved} of where the segment ends, which makes about {explained:+.1f} %.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The model encloses {percent:.1f} % more than the voxels of the segment. On average the edge lies {moved} of where the segment ends, which makes about {explained:+.1f} %.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Voxels at the surface that hold more than one tissue make up {percent:.0f} % of the segment's volume. The edge was found between them.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Walls thinner than the blur</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>What the threshold alone would cost</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>from {low:g} to {high:g}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>from {low:g} upwards</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>up to {high:g}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{fitted:.1f} % of the surface lie at an edge that was measured there, {thin:.1f} % on walls so thin that their material is taken from thicker ones nearby, {kept:.1f} % where no edge could be told and the surface stayed where the segment has it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{percent:.1f} % (kept where the segment has it)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{percent:.1f} % (no clear edge nearby)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{percent:.1f} % (painted or erased by hand)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{percent:.1f} % (where the scanned field ends)</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>checks.mask</name>
<message>
<source>Mask against the images</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The surface follows the images from the mask: 95 % of the label {label} moved by at most {moved:.2f} mm, {percent:.1f} % by all of the {reach:g} mm that were allowed.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{percent:.1f} % of the label {label} lie {reach:g} mm from the mask, as far as was allowed: compare mask and images there.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{value} ({name})</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>checks.mesh</name>
<message>
<source>At every point the triangles make one fan, as a solid's surface must.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>At {count} point(s) the surface hangs together by the point alone: there the print breaks, or the printing program changes the surface.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Duplicate triangles</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Enclosed hollows</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Every triangle has an area.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Loose crumbs</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Manifold points</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>No triangle is there twice.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Self-intersections</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The model encloses hollows of {large:.1f} cm³ in all: powder or resin cannot run out. Fill them in the segment, or give them an opening.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The model encloses hollows of {volume:.1f} mm³ in all: powder or resin stays in them.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The model encloses no hollow.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The surface does not pass through itself anywhere.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The surface passes through itself: {pairs} pair(s) of triangles meet. That is so many that the printing program must guess what is solid: smooth or reduce less, or repair the mesh.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The surface passes through itself: {pairs} pair(s) of triangles meet. The printing program will join them; look at these places in its preview.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>There are no loose crumbs; the largest part measures {size} mm.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Triangles without area</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Whether the surface passes through itself was not examined: {reason}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>no reason is given</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} loose part(s) are crumbs: below 1 mm³, or below 1 % of the largest part ({size} mm). They come off in the print; the option to keep the largest island removes them.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} triangle(s) have no area: the printing program will remove them and may leave cracks.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} triangle(s) lie on others with the same corners: the printing program will remove them and may leave holes.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>checks.model</name>
<message>
<source>All triangles agree about which side is outside.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Closed surface</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Cut by the field of view</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Every edge joins exactly two triangles, as a solid's surface must.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>File read back</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>It encloses {voids} hollow(s), which trap powder or resin.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Manifold edges</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Model against segment</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>On average that is {mean:+.2f} mm, with a standard deviation of {spread:.2f} mm.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Outside and inside</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Parts</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Parts touch along {count} edge(s) of no thickness, which break or confuse the printing program.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Size and unit</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The anatomy goes on beyond the scanned field ({sides}): there the model ends in a flat cut that is no surface of the body.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The file is true to life in {units}: after import the printing program must show {printed} {unit}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The images are blurred by {blur:.2f} mm (standard deviation); on {percent:.0f} % of the surface the wall is so thin that its thickness in the model depends on the threshold more than on the anatomy.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The model encloses {percent:.1f} % less than the voxels of the segment; much more than that would be a mistake in the surface.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The model encloses {percent:.1f} % more than the voxels of the segment; much more than that would be a mistake in the surface.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The model is one part.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The model is {parts} separate parts, which come apart in the print; the option to keep the largest island removes the loose ones.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The patient's size is {size} mm, the file's {printed} {unit} (scale {scale:g}).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The segment holds grey values {bounds}, and each part was looked at by itself, the largest first: {parts}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The segment holds grey values {bounds}; half the contrast is {half}, and against it the surface lies {shift:.2f} mm farther in (the median): a wall with two such sides is {wall:.2f} mm thinner.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The segment holds grey values {bounds}; half the contrast is {half}, and against it the surface lies {shift:.2f} mm farther out (the median): a wall with two such sides is {wall:.2f} mm thicker.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The segment holds grey values {bounds}; how far that is from half the contrast, which is neutral for the size, could not be measured.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The surface has holes ({count} open edges): the printing program will guess how to close them.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The surface is closed: the printing program need not repair it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The surface is inside out: it would print as a hole.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The whole segment lies inside the scanned field: no part of it is cut off.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Threshold</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Threshold against half contrast</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Triangles disagree about the outside along {turned} edges.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Walls thinner than the blur</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>What is on disk was read back and is the model, point for point; the checksum tells if it is changed later.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>from {low:g} to {high:g}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>from {low:g} upwards</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>inches</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>metres</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>millimetres</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>part {number} ({share:.0f} % of the surface): half the contrast is {half}, the surface lies {mean:+.2f} ± {spread:.2f} mm outside of it</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{files} did not read back as written: do not print it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{size} mm is no size of a patient: a unit was mistaken.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>checks.printability</name>
<message>
<source>1 % of the surface or more has walls of {low:.2f} mm and less, where the printer needs {limit:.2f} mm; the thinnest place found has {least:.2f} mm, at {place}. Such walls break or are not printed at all.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>1 part hangs on the rest only by necks thinner than {limit:.2f} mm, the largest part ({piece:.2g} cm³) by about {width:.1f} mm at {place}: they may break off in printing or cleaning.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>99 % of the surface has walls of {low:.2f} mm and more; the thinnest place found has {least:.2f} mm, at {place}, thinner than the {limit:.2f} mm that the printer needs.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>It would fit at a scale of {scale}, but then it is not true to life.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>No part hangs on the rest by a neck thinner than {limit:.2f} mm alone.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>No printer is chosen, and the model fits on none of the {known} known ones in one piece.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>No printer is chosen. The model fits on {fitting} of {known}: {names}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Printer</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The largest scale that fits is {scale}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The model does not fit on {printer}: {way} it is {lacking:.1f} mm too long. Print it in parts or on a larger printer.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The model fits on {printer} {way}, with {spare:.1f} mm to spare; supports and brim need room as well.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The walls could not be measured: no two surfaces face each other.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Thin bridges</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Wall thickness</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Walls are as thick as the printer needs ({limit:.2f} mm): the thinnest place found has {least:.2f} mm, at {place}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>a bed of {bed} mm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} parts hang on the rest only by necks thinner than {limit:.2f} mm, the largest part ({piece:.2g} cm³) by about {width:.1f} mm at {place}: they may break off in printing or cleaning.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{name} ({bed} mm)</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>checks.protocol</name>
<message>
<source>All slices are {asked}: they come from the scan itself, not from a reformat.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>At surgery the scan is {age:g} days old, the protocol allows {limit:g}: the anatomy may have changed since, and the model may not fit. Ask for a new scan.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>At surgery the scan is {age:g} days old, within the protocol's {limit:g}: the anatomy is taken to be the same.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Header and slices agree that there was no tilt to take out.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>How far the slices stand apart is not known; the protocol allows {limit:g} mm.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Protocol: age of the scan</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Protocol: compression</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Protocol: contiguous slices</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Protocol: gantry tilt</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Protocol: image type</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Protocol: modality</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Protocol: pixel size</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Protocol: reconstruction kernel</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Protocol: slice spacing</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Protocol: tilt not taken out</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The date of surgery lies before that of the scan: one of them is wrong.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The date of surgery was not given: whether the scan is older than {limit:g} days then is not known.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The files are compressed without loss; the protocol asks for uncompressed ones. The model is the same, but a maker of models may not read the files.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The gantry was tilted by {tilt:.1f}°, the protocol allows {limit:g}°. The volume here is straightened, but a program that ignores the tilt makes a skewed model.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The gantry was tilted by {tilt:.1f}°, within the protocol's {limit:g}°.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The header does not name the modality; the protocol is for {asked}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The header does not name the reconstruction kernel.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The header does not state the date of the scan: whether the scan is older than {limit:g} days then is not known.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The header does not state the image type; the protocol asks for {asked}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The header says that the slices were derived by correcting a tilt: they are interpolated, and their edges are softer. Ask for the original images.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The header states a gantry tilt of {stated:g}°, the slices show {tilt:.1f}°: the tilt was taken out afterwards, or its trace was lost and the anatomy is skewed. Ask for the original images.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The image type is {wrong}, the protocol asks for {asked}: images that were computed from others are smoothed, and their distances may not be those of the scan. Ask for the original slices.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The images are not compressed: their edges are those of the scanner.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The images are {found}, as the protocol asks.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The images are {found}, the protocol is for {asked}: its limits mean nothing here.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The kernel is {kernel}, the protocol names {suited}: a sharper kernel roughens the surface and thickens edges, a smoother one closes thin gaps.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The kernel {kernel} is one that the protocol names for this scanner.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The pixels are {largest:.3f} mm wide, the protocol allows {limit:g} mm: thin walls are lost from the model. Ask for a reconstruction with a smaller field of view.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The pixels are {largest:.3f} mm wide, within the protocol's {limit:g} mm: small enough for thin walls.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The protocol names no kernel for scanners of an unnamed manufacturer; this one is {kernel}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The protocol names no kernel for scanners of {maker}; this one is {kernel}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The size of the pixels is not known; the protocol allows {limit:g} mm.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The slices are straight, but the header does not state the gantry tilt: whether one was taken out is not known.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The slices leave no gap: nothing is missing between them.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The slices overlap by up to {measured:.2f} mm, the protocol asks for slices as thick as they stand apart: nothing is missing, but thicker slices blur detail.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The slices stand at most {widest:.2f} mm apart, within the protocol's {limit:g} mm: steps on the model stay small.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The slices stand straight above each other: nothing has to be straightened.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The slices stand up to {widest:.2f} mm apart, the protocol allows {limit:g} mm: the model is stepped, and thin bone between two slices is missing.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The thickness of the slices is not known, so nobody can say whether they touch.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The tilt of {tilt:.1f}° is still in the slices: it was not taken out.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Up to {measured:.2f} mm between two slices was not scanned: the slices are thinner than they stand apart, and the model bridges what is missing.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Whether a gantry tilt was taken out is not known.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Whether the gantry was tilted is not known.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Whether the images were compressed is not known.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{compressed}, the protocol asks for uncompressed ones: edges are smeared, and the model's surface with them. Ask for the originals.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{one} or {other}</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>checks.record</name>
<message>
<source>Checks left out</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Only the short checks were made. Not looked at: {names}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>self-intersections</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the effect of the threshold</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the thickness of the walls</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>thin bridges</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>checks.source</name>
<message>
<source>Compression with loss</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Derived images</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Distance between slices</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Drift within the plane</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Every voxel of the interpolated volume lies within {bound} of where the headers say the scanner saw it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Every voxel of the unchanged volume lies within {bound} of where the headers say the scanner saw it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Gaps between slices</source>
<translation>Lücken zwischen den Schichten</translation>
</message>
<message>
<source>Geometry entered by hand</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>How far the volume keeps to the positions in the headers was not measured.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Images that were there twice</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Missing slices</source>
<translation>Fehlende Schichten</translation>
</message>
<message>
<source>No loss by compression is known: the edges are those of the scanner.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>No slice is missing: the model shows nothing that was not scanned.</source>
<translation>Es fehlt keine Schicht: Das Modell zeigt nichts, was nicht aufgenommen wurde.</translation>
</message>
<message>
<source>Padding value</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Pixel size</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Pixel size stated twice</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Places of the voxels</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Rescaling to Hounsfield units</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Rounded positions</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Runs that overlap</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Sections</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Slice locations stated</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Slices without gaps</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Spacing of the grid</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Spacing stated by the header</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Stacks in the series</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Steps between slices</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The grid is as fine as the slices: no detail was averaged away.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The grid is coarser than the slices: detail between its planes is averaged away.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The images were compressed to about 1/{ratio:g} of their size with loss</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The images were compressed to about 1/{ratio:g} of their size with loss by {method}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The images were compressed with loss</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The images were compressed with loss by {method}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The pixels are small enough for a model.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The pixels are {largest:.2f} mm wide: thin walls may be missing from the model.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The slices are {thickness:g} mm thick and up to {widest:.2f} mm apart: what lies between them was not scanned, and the model bridges it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The slices leave nothing unscanned between them.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The slices stand at most {widest:.2f} mm apart, close enough for a model.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The slices stand up to {widest:.2f} mm apart: what is thinner than that in this direction may be missing, and the ends of the model are uncertain by {half:.2f} mm.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Thickness and distance</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Tilt applied on purpose</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Tilt of the slices</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Tilt stated by the header</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Turn from slice to slice</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Values in Hounsfield units</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{compressed}: fine detail is smeared, and the surface follows the compression as well as the bone. Ask for the original images.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{finding} The residual below says how well that worked.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{missing} slice(s) are missing: the anatomy there is guessed.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>cli.__init__</name>
<message>
<source>From a CT series to a printable model of true size, with a record that proves it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>commands</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>folder (with all below it) or file</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>internal error ({error}). Please report it with what --debug adds: {address}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>internal error ({error}). Please report it: {address}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>print one JSON document and nothing else</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>show and write patient, UIDs and absolute paths, which otherwise stay out</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>show tracebacks and what Slicer and VTK print</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>there is not enough memory. Choose a larger --spacing or a smaller series.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>what is in there, and is its geometry fit for printing</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>cli.arguments</name>
<message>
<source>COMMAND</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>DIR</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>FILE</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>INPUT</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>MODEL</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>NAME</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>RECORD</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>REFERENCE</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>in {text} the lower value is above the higher one</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>language of everything but JSON (default: en)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>options</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>positional arguments</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>show program's version number and exit</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>show this help message and exit</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>there is no format {name!r}; there are {known}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>there is no preset {text!r}; there are {known}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>there is no surface {text!r}; there are {known}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>usage: </source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{text!r} is neither {words} nor a number from 1 on</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{text!r} is no safe name for a file</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{text!r} is not a number</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{text} is more than {most:g} mm: what lies so far away is another edge</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{text} is not above zero</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{text} names no labels: they are numbers from 1 on, with + between them</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>cli.calibrate</name>
<message>
<source>--known needs two --at or more, and one --known for each</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>--nominal of a {kind} takes {count} number(s)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Ball</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Block</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Blur (σ)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Cylinder</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Kept in</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Measure an object of known size in a scan, and keep the scanner's scale. docs/calibration.md tells more.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Scale {axis}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Size</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>a point inside the object, LPS mm; once for every object. Without it the object is looked for</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>at {center} (LPS mm)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>file to which the calibration is added</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>how far the known size may be off (95 %%)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>its known size in mm: a diameter, three edges, or diameter x length</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>kind of the object</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>known centre in mm of each object, in the order of --at and in any frame: the scale then comes from the distances</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>measure an object of known size in a scan, and keep the scanner's scale</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>not told by this object</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>several --at need a --known for each</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>which series, by number or UID; otherwise the one with most slices</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{size:.3f} ± {half:.3f} mm, nominal {nominal:g} mm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{text!r} is no point X,Y,Z</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{within:.2f} mm within the slices, {across:.2f} mm across</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>cli.compare</name>
<message>
<source>A model against another one: distances, and what differs in plain words. Reads STL, OBJ, PLY and 3MF. docs/compare.md tells more.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Reading the models</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>a model against another one: distances, and what differs in plain words</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>also write compare.json, compare.html and a coloured PLY</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>rigid: turn and move the model onto the reference first, never scale it (default: none)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the file that is measured</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the file that it should equal</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>cli.console</name>
<message>
<source>Note: {text}</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>cli.convert</name>
<message>
<source>--part with --deidentify needs --secret-file, so that the jobs agree</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>--{name} needs --deidentify</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Cancelled after {done} of {total} files</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Converted</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Copied</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Failed</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Free some space; the same command goes on from there</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Not reached</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Private-compressed files to standard DICOM, whole archives at once. docs/convert.md tells more.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Refused</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Skipped</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The same command goes on from there</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The secret of this run is forgotten: another run makes other pseudonyms and UIDs (--secret-file keeps it).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The summary in {out} tells the reason for each</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Time</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>UIDs</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Write one line PatientID,pseudonym for each patient</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Written</source>
<translation>Geschrieben</translation>
</message>
<message>
<source>basic, or pet, which keeps what SUV needs: safe private elements, patient characteristics, shifted dates; basic when no profile is named</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>by PS3.15 Annex E; new UIDs and names are made only with this</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>dates and times</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>de-identification</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>do one of N shares of the series, for N jobs that know nothing of each other</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>folder for the results</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>keep private elements known to hold nothing but numbers</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>keep sex, age, size and weight</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>keep the folders (default), or make one for each patient, study and series</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>keep what names the institution</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>keep what names the scanner</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>line {number} has {count} columns instead of two</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>lines of PatientID,pseudonym; the others get one that is worked out</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>list the series and write nothing; needs no --out</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>no file could be written ({count} refused or failed, such as {example!r}: {reason})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>private-compressed files to standard DICOM, whole archives at once</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>processes to work in (default: one a processor); 1 starts none</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>show what would change in one file of each series (with --identify its values, too), and write nothing; needs no --out</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>stop after the file in hand once this file exists</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the disk is full after {reached} of {total} files</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the following arguments are required: --out</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the list of pseudonyms cannot be read ({reason})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the secret cannot be read or made ({reason})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>what becomes of DICOM files that need no conversion (default: copy)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>what pseudonyms, UIDs and shifts are worked out from; made where it is missing. Runs with the same file agree. Without it each run draws its own and forgets it</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count:,} file</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count:,} files</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count:,} × {reason}, such as {example!r}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{out}, where {names} names every file</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{text!r} is no number of processes</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{text!r} is no share I/N with I from 1 to N, such as 3/8</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{time}, {files:.0f} files or {size:.0f} MB a second</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>cli.run</name>
<message>
<source>--follow is for --mask</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>--follow off leaves the mask as it is: there is no edge to look for</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>--mask says what is meant, so --preset has no place: give --threshold, or none</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>NAME.stl for model.stl, and so on</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>calibrations of the scanners, as printprep calibrate --store keeps them</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>compare the scan with an acquisition protocol: {known}, or one of your own</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>distance of the volume's planes: the smallest step (native), the pixel (isotropic) or millimetres</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>does the model fit on this printer, by name or size of its build volume in mm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>folder for the results</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>for headers that do not say where slices lie: distance of the rows, of the columns and of the slices in mm, axial unless :coronal or :sagittal follows. Slices go by their numbers towards head, back or right; a negative step turns them round</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>for protocols that limit the age of the scan; only the age enters the record</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>grey values (HU in CT) of the model, both ends included</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>grey values by name, e.g. bone (200 HU upwards), which CT takes without this; another name lists them all</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>how far from the mask's boundary the edge is looked for (default: {reach:g}); off: the boundary stays where the mask has it</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>keep only the largest island of the segment</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>kinds of model files, separated by commas; otherwise stl</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>leave out the checks that take long on large models; the record names them</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>move the middle of the model to the origin</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>series to volume.nrrd, model.stl and the geometry record (qa.json, qa.html)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>size of the file ÷ patient's</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>tip straight slices that have lost their gantry tilt, by what the header states or by degrees; plus: the upper edge of the images along row × column (lying on the back, head first: the front towards the head). Compare the model with the original images</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>what is meant, from another program: a label map or segmentation (.nrrd, .seg.nrrd, .nii.gz, .mha). The labels named become one body; without any each label becomes one. The boundary follows the image, or with --threshold that range of grey values</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>where the surface lies: where the anatomy ends by the edge in the grey values, or where they cross the threshold; otherwise the threshold where --threshold names one, else the edge</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>which part of a stack with wide gaps; otherwise the largest. all: a volume and a model of each; merged: one volume with background in the gaps</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>which series, by number or UID; otherwise the one with most slices</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>which stack of a series that mixes orientations, rasters or reconstructions, as printprep inspect numbers them; otherwise the largest. all: a volume and a model of each</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>cli.text</name>
<message>
<source>Files that take no part: {count}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Fit for printing</source>
<translation>Druckbar</translation>
</message>
<message>
<source>Gantry tilt</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Kernel</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Model</source>
<translation>Modell</translation>
</message>
<message>
<source>Patient</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Patient ID</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Scale</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Section</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Series</source>
<translation>Serie</translation>
</message>
<message>
<source>Series ID</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Series {number} ({scanner})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Slices</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Steps</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Surface</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>There is no series of slices here.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Thickness</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Tilt</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Volume</source>
<translation>Volumen</translation>
</message>
<message>
<source>Written</source>
<translation>Geschrieben</translation>
</message>
<message>
<source>compressed as {compression}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>every {step_mm:.3f} mm</source>
<translation>alle {step_mm:.3f} mm</translation>
</message>
<message>
<source>no</source>
<translation>nein</translation>
</message>
<message>
<source>note</source>
<translation>Hinweis</translation>
</message>
<message>
<source>problem</source>
<translation>Problem</translation>
</message>
<message>
<source>tilt {tilt_deg:.2f}°</source>
<translation>Neigung {tilt_deg:.2f}°</translation>
</message>
<message>
<source>warning</source>
<translation>Warnung</translation>
</message>
<message>
<source>with care</source>
<translation>mit Vorsicht</translation>
</message>
<message>
<source>without a number</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>yes</source>
<translation>ja</translation>
</message>
<message>
<source>{files} in {folder}</source>
<translation>{files} in {folder}</translation>
</message>
<message>
<source>{low:g} to {high:g} mm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{min:.3f} to {max:.3f} mm apart (median {median:.3f} mm)</source>
<translation>{min:.3f} bis {max:.3f} mm auseinander (Median {median:.3f} mm)</translation>
</message>
<message>
<source>{names} and {count} more</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{place} ({by})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{place}, section {section}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{place}, stack {stack}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{scale:g}: the file is not the size of the patient</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{section}: {slices} slices from {from_mm:.1f} to {to_mm:.1f} mm along the normal</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{size} voxels of {spacing} mm, as acquired</source>
<translation>{size} Voxel zu {spacing} mm, wie aufgenommen</translation>
</message>
<message>
<source>{size} voxels of {spacing} mm, interpolated</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{size} voxels of {spacing} mm, interpolated, residual at most {most}</source>
<translation>{size} Voxel zu {spacing} mm, interpoliert, Restfehler höchstens {most}</translation>
</message>
<message>
<source>{slices} files</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{slices} of {columns} × {rows} pixels of {pixel} mm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{slices} slices</source>
<translation>{slices} Schichten</translation>
</message>
</context>
<context>
<name>cli.verify</name>
<message>
<source>CHANGED</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Nothing has changed since the record was made.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Nothing is found to have changed, but not all could be checked.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Something has changed since the record was made: do not rely on it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>are the files of a record unchanged, and are its figures reproducible</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>cannot be checked</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>folder or file of the series, which is then analysed again</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>qa.json, or the folder that holds it</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>unchanged</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>compare.comparison</name>
<message>
<source>Choose another file</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Looking for missing parts</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Measuring distances</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Preparing the models</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the model has no surface</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>compare.deformation</name>
<message>
<source>Fitting the scale</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>compare.findings</name>
<message>
<source>1/{factor:g} of</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>A bump of {depth:.2f} mm, about {width:.0f} mm wide, at x {x:.1f}, y {y:.1f}, z {z:.1f} (LPS in the model's file).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>A dent of {depth:.2f} mm, about {width:.0f} mm wide, at x {x:.1f}, y {y:.1f}, z {z:.1f} (LPS in the model's file).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>No placing was found in which the two surfaces agree: they show different objects, or too small a part of the same one. Scale and motion are unknown.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The model has {ratio} the reference's size: {words}. The other figures are those after this is undone.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The model is a mirror image of the reference along {axis}: {sides} are exchanged. The other figures are those after this is undone.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The model is moved by {length:.2f} mm (x {x:+.2f}, y {y:+.2f}, z {z:+.2f}).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The model is moved by {length:.2f} mm (x {x:+.2f}, y {y:+.2f}, z {z:+.2f}); this is undone.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The model is skewed by {angle:.1f}°, as when a gantry tilt is ignored.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The model is turned by {angle:.4g}° about {axis}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The model is turned by {angle:.4g}° about {axis}: RAS taken for LPS.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The model is turned by {angle:.4g}° about {axis}: RAS taken for LPS; this is undone.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The model is turned by {angle:.4g}° about {axis}; this is undone.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The model is {words} along {axis} (scale {value:.4f} ± {error:.4f}).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The model is {words} along {axis} of the model's own axes (scale {value:.4f} ± {error:.4f}).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The model is {words} in every direction (scale {value:.4f}).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The model's surface lies {mm:.2f} mm farther in all round, as another threshold or smoothing makes it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The model's surface lies {mm:.2f} mm farther out all round, as another threshold or smoothing makes it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The model's triangles face inwards: it is inside out.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The two surfaces agree: 95 % of the model's lies within {p95:.3f} mm.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>centimetres taken for millimetres, or a model at 1 : 10</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>decimetres taken for millimetres</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>front and back</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>inches taken for millimetres</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>left and right</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>metres taken for millimetres</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the axis ({x:.2f}, {y:.2f}, {z:.2f})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the reference has {words}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the reference has {words}, or the model micrometres</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>top and bottom</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{factor:.3g} times too large</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{factor:.3g} times too long</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{factor:.3g} times too short</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{factor:.3g} times too small</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{factor:g} times</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{percent:.0f} % of the model's surface is not in the reference (where a part is missing, its cut faces count).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{percent:.0f} % of the model's surface is not in the reference.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{percent:.0f} % of the reference's surface is missing in the model.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{percent} % too large</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{percent} % too long</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{percent} % too short</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{percent} % too small</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>compare.record</name>
<message>
<source>95 % are within</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Distance of the model's surface to the reference</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Written: compare.json, compare.html, compare.ply in {folder}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>aligned</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>largest</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>mean</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>mean with sign</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>mirror undone</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>model, mm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>reference, mm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>root mean square</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>scale</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>unit undone</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>compare.registration</name>
<message>
<source>Aligned</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Aligning</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>convert.archive</name>
<message>
<source>Choose the folder that holds the DICOM files</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it was stopped</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the disk is full</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>there is no DICOM file to convert ({count} of {total} files: {reason})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>there is no file in this folder</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} × {reason}</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>convert.inventory</name>
<message>
<source>Check the path</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Choose another folder for the results</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>a DICOMDIR, whose index would not fit the new files</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>a link to a folder, which is not followed</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>not DICOM</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>not DICOM: it is empty</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>not a file, but a pipe or a device</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the folder for the results is the input itself</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>there is no such file or folder</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>convert.journal</name>
<message>
<source>Choose another folder</source>
<translation>Wählen Sie einen anderen Ordner</translation>
</message>
<message>
<source>Choose another folder, or give the same options and the same secret as before</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Free some space; the same command goes on from there</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the folder for the results cannot be written ({reason})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the journal cannot be written ({reason})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this folder holds files that were de-identified otherwise, or not at all</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>convert.preview</name>
<message>
<source>Compressed</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Files</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>First file</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>No.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Series</source>
<translation>Serie</translation>
</message>
<message>
<source>Series {series_id}, {files:,} files, first {file!r}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Warning</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>cannot be de-identified: {problem}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>empty</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>keep</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>private</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>remove</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>replace</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>shift</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>warning</source>
<translation>Warnung</translation>
</message>
<message>
<source>{series:,} series, {files:,} files, {size:,.1f} MB</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>convert.progress</name>
<message>
<source>Looking at {files_done:,} of {files:,} files</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{files_done:,} of {files:,} files, {series_done:,} of {series:,} series</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{hours} h {minutes} min</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{minutes} min</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{progress}, {time} left</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{seconds} s</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>convert.summary</name>
<message>
<source>cannot be read ({reason})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>done by an earlier run</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the data set is damaged: {reason}</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>convert.transcode</name>
<message>
<source>Copy the file again from its source</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Rows or Columns is missing</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>an image of {columns} × {rows} pixels</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>an object of several frames in the private compression</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>pixels in fragments under the private transfer syntax</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the compression {name} is not yet confirmed on scanner data</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the file does not name its compression, and its {count} bytes are not the {plain} of plain pixels</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the pixels are missing</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the pixels in {name} cannot be decoded: {reason}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{name} of {samples} samples of {bits} bits a pixel</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{what} is not served</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>convert.worker</name>
<message>
<source>Copy the file again from its source</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>another file of this name is there already</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it cannot be written again ({kind})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>needs no conversion</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>only {there:,} of its {size:,} bytes were ever written</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the data set is damaged ({kind})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the disk is full</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the file has changed and is not DICOM any more</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the folder cannot be made ({reason})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>there is not enough memory for this file</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>core.errors</name>
<message>
<source>Cancelled</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>core.files</name>
<message>
<source>Choose another folder</source>
<translation>Wählen Sie einen anderen Ordner</translation>
</message>
<message>
<source>Choose another name</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Close it in the other program, or choose another name</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Create the folder or choose another one</source>
<translation>Legen Sie den Ordner an oder wählen Sie einen anderen</translation>
</message>
<message>
<source>Free some space or choose another folder</source>
<translation>Schaffen Sie Platz oder wählen Sie einen anderen Ordner</translation>
</message>
<message>
<source>Give the name of a file</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>a file stands where a folder should be</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it could not be written ({reason})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the disk is full, or the file is larger than this disk allows</source>
<translation>der Datenträger ist voll, oder die Datei ist größer, als er erlaubt</translation>
</message>
<message>
<source>the file is locked or protected, so it was not replaced</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>there is a folder of this name</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>there is no such folder</source>
<translation>diesen Ordner gibt es nicht</translation>
</message>
<message>
<source>this is a file, not a folder</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this is a folder, not a file</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>writing is not allowed here</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>core.jsonable</name>
<message>
<source>Correct that line</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Keep one of the two</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Save it as UTF-8</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Write a finite number</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the file cannot be read ({reason})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the file holds half of a character</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the file is nested too deeply</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the file is not JSON: {reason} in line {line}, column {column}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the file is not text in UTF-8 (byte {byte})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the file is too large ({size:,} bytes)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this is no file, but a pipe or a device</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{key}: stands there twice</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{name} is not a number</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>core.phrases</name>
<message>
<source>colour image, not a slice</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>copy of another file</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>damaged DICOM header</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>same image as another one at the same position</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{listed} and {more} more</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{one} and {other}</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>data.presets</name>
<message>
<source>Air in airways, sinuses and lungs. The air around the patient is included: keep the part you want.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Airway</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>All bone including the spongy parts and thin walls. The usual choice for bone models.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Bone</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Cortical bone only; thin walls break up. For bones that touch each other or contrast medium.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Dense bone</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Enamel and dentine without most of the jaw bone; fillings and crowns are included.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Everything from the skin inwards: the outline of the body.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Fat-free soft tissue and fluid, without bone. Organs are not told apart.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Implants, screws and fillings. Their size is unreliable: metal blooms and leaves streaks.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Metal</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Skin</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Soft tissue</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Teeth</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>data.protocol_cmf</name>
<message>
<source>Cranio-maxillofacial CT for anatomical models</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Jewellery, dentures and other removable metal were taken off; fillings and implants that remain are known.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Nothing has happened to the anatomy since the scan, such as surgery, injury, growth or tooth movement.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The field of view is as small as possible and still holds the whole anatomy; for an implant of the skull, the whole head.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The jaws stand as the surgeon needs them: closed in occlusion, or apart.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The original slices in the plane of the scan are there, not only reformats.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The patient did not move during the scan, and did not swallow or speak.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>data.protocol_orthopaedic</name>
<message>
<source>Jewellery and other removable metal was taken off; implants that remain are known.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Nothing has happened to the anatomy since the scan, such as surgery, injury or growth.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Orthopaedic CT for anatomical models</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The field of view is as small as possible and still holds the whole anatomy of interest.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The original slices in the plane of the scan are there, not only reformats.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The patient did not move during the scan.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>deidentify.deidentifier</name>
<message>
<source>Convert the file first</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Give at least 16 random bytes</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the data set is damaged, so nobody can tell what it holds ({kind})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the pixels are in the Philips/Elscint private compression, which needs private elements that would be removed</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the secret has {count} bytes, which can be guessed</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>deidentify.elements</name>
<message>
<source>a sequence is damaged, so nobody can tell what it holds ({reason})</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>deidentify.options</name>
<message>
<source>Choose another one</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Choose one of {known}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Give each patient one of its own</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The patient's weight is removed, so SUV by body weight cannot be computed any more; without size and sex, neither can SUV by lean body mass or body surface. Retain patient characteristics.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The private scale factors of Philips are removed, so its images in counts (CNTS) cannot be turned into SUV any more; the private scan times of GE and Siemens go, too, which processed series need. Retain safe private elements.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The times of injection, series and acquisition are removed, so the decay of the dose is unknown and SUV cannot be computed any more. Shift the dates or keep them.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Use letters without accents, because every character set can write them</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the pseudonym {code!r} holds more than plain letters, digits and signs</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the pseudonym {code!r} is empty, longer than {most} characters or holds one of \ ^ =</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>two patients have the same pseudonym</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{name} cannot be {value!r}</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>deidentify.pixels</name>
<message>
<source>An overlay stands in the unused bits of the pixels; {consequence}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>It is a screen capture; {consequence}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Pictures of modality {modality} often carry names; {consequence}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The header said before that the identity is not removed; {consequence}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The header says that the patient can be recognised from the images; nothing is done about that.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The header says that words are burned in; {consequence}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The images show the head, so the patient's face can be made visible and be recognised; nothing is done about that.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The pixel data could not be looked through; {consequence}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The unused bits of the pixels hold something; {consequence}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>what is in the pixels is not removed, so the header does not claim that the identity is</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>demo.series</name>
<message>
<source>Choose a folder that can be written to and has 25 MB to spare</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Making the demonstration series</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the demonstration series cannot be written ({reason})</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>dicom.dataset</name>
<message>
<source>damaged DICOM header ({error})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>not a DICOM file</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>unpacked, its header and pixels are too large for a slice</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>dicom.elements</name>
<message>
<source>cut off at offset {offset}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>sequences within sequences, too deep at offset {offset}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the sequence is cut off at offset {offset}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{tag} at offset {offset} has no VR</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{tag} at offset {offset} is cut off</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{tag} at offset {offset} is no item</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>dicom.elscint_block</name>
<message>
<source>Ask for the series as uncompressed DICOM from the scanner or its archive</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>dicom.functional_groups</name>
<message>
<source>NumberOfFrames is {stated}, but PerFrameFunctionalGroupsSequence describes {described}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>frame {frames}: {why}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>frames {frames}: {why}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>multi-frame</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>multi-frame object whose frames are no slices ({kind})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>multi-frame secondary capture: its pixels have no size (not calibrated)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the functional group {name} is missing</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>without a SOP class</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{first} to {last}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{kind} object without PerFrameFunctionalGroupsSequence: nothing says where its frames lie</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>dicom.header</name>
<message>
<source>colour image ({photometric}), not a slice</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>multi-frame object: only the file itself describes its frames</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>no image in this object</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>scout (localizer) image, not a slice</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>secondary capture (dose report or screenshot), not a slice</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{keyword} is missing</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{keyword} is {value:g}</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>dicom.image_plane</name>
<message>
<source>ImageOrientationPatient does not hold unit vectors (lengths {row:.4g} and {column:.4g})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>PixelSpacing is {rows:g}, {columns:g} mm, as no scanner has it</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>PixelSpacing is {rows:g}, {columns:g}: not positive</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the vectors of ImageOrientationPatient are not perpendicular</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{keyword} does not hold {count} finite numbers</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{keyword} is missing</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{keyword} is not numeric</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>dicom.pixel_layout</name>
<message>
<source>BitsAllocated is {stated}, not 8, 16 or 32</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>RescaleSlope is 0: every pixel would have the same value</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>floating-point pixels (a parametric map), which are not served</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>missing</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>no PixelData in this object</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{name} is "{written}", which is not one number</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{name} is {value:g}, as no scanner has it</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>dicom.reader</name>
<message>
<source>DICOMDIR, an index of other files</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>a pipe or a device, not a file</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>cannot be read ({reason})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>multi-frame object in a private compression, which is not served</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>dicom.tags</name>
<message>
<source>X-ray 3D angiographic</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>X-ray 3D craniofacial</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>enhanced PET</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>enhanced multi-frame CT</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>enhanced multi-frame MR</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>legacy converted enhanced CT</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>legacy converted enhanced MR</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>legacy converted enhanced PET</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>geometry.analysis</name>
<message>
<source>Each section is a volume of its own, in its true place.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Numbers are not written as DICOM asks ({names}: a decimal comma or a unit). They are read as they are meant; other programs may take them for nothing.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Single steps read {low:.3f} to {high:.3f} mm only because the positions are rounded: a step of {step:.4f} mm explains every one of them, so no voxel is changed. Relabelling the step as {high:.3f} mm would stretch the print by {stretch:.1f} %.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The distance between slices varies from {low:.3f} to {high:.3f} mm (median {median:.3f} mm): the volume is interpolated onto equal steps.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The gantry was tilted by {tilt:.2f}°: each slice is shifted against its neighbour, and the volume is straightened by shifting the slices back.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The header states {tag:g}°: which way minus means differs between manufacturers, so the direction is taken from the positions.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The headers do not say where the slices lie: all {count} claim the same position. Either one place was seen {count} times, or the positions were lost. {way_out}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The orientation drifts by {turn:.2f}° over the series: each slice is put in its own place on a grid in their mean orientation.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The orientation turns from slice to slice, and slices {first} and {second} cross or coincide within the image: one place has two values, so no volume can be made. Ask for a reconstruction in one orientation.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The pixels are in the Philips/Elscint private compression {name}, which most programs cannot read; it is undone without loss.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The pixels are in the private compression {name}, which cannot be decoded here. {way_out}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The series holds {stacks} stacks of slices that do not fit together (other orientation, matrix, pixel spacing or reconstruction). This is stack {number}{apart}, with {slices} slices.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The series is made of {sections} sections with nothing scanned between them (gaps: {gaps}). {kept}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The series was scanned in {runs} runs that overlap. Where they do they show the same anatomy at the same place, so one hands over to the next at {places}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The slices are displaced within their plane by up to {drift:.2f} mm beyond a constant tilt; each one is put back to its own position.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The slices are displaced within their plane by up to {drift:.2f} mm, which no tilt explains (the image was centred anew, for instance); each one is put back to its own position.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The slices lean against their stack by {tilt:.2f}°: each slice is shifted against its neighbour, and the volume is straightened by shifting the slices back.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The stack holds no slice</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>There is only one slice; a model needs at least two.</source>
<translation>Es gibt nur eine Schicht; ein Modell braucht mindestens zwei.</translation>
</message>
<message>
<source>They are one volume here; background fills the gaps.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>This is section {section} of {sections} of the series ({first:.1f} to {last:.1f} mm along the normal); the others are volumes of their own.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>without a name</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} gap</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} gaps</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} images stand at the position of another one, and their headers do not tell them apart. Their pixels decide: equal images are left out, different ones are never mixed.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} images were there twice, pixel for pixel, and are left out.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} missing slice</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} missing slices</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} positions hold different images, and neither headers nor slice numbers tell which belong together. Send each reconstruction as a series of its own.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} slice has</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} slices have</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{derived} of {slices} images are derived, not taken by the scanner as they are: a reformat or a processed series may have lost detail. Use the original series where there is one.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{gaps} of up to {gap} mm where the usual step is {usual} mm, behind slice {behind}: the anatomy there is guessed, not seen.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{gaps} of up to {gap} mm where the usual step is {usual} mm, behind slice {behind}: the anatomy there is guessed, not seen. The width fits {missing}, at {places} along the normal: ask for the complete series.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{slices} the SOPInstanceUID of another one, but another place or other pixels: the UID is wrong, and every slice is used.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>geometry.grouping</name>
<message>
<source>derived image ({words}), not a slice</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>derived image in another orientation, not a slice</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>geometry.header_claims</name>
<message>
<source>A gantry tilt of {tilt:+g}° was applied on purpose, so that the {edge} edge of every image leans towards the {end}. The slices do not show it themselves: compare with the original images, for with the wrong sign the model is skewed twice as much.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>A program that takes the minus for a direction mirrors the model.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Another program took the tilt out, as the header says: the size is right.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>By SliceLocation the slices stand {low:.3f} to {high:.3f} mm apart, by their positions {least:.3f} to {most:.3f} mm; the positions are used. A program that trusts the tag makes the model {size}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Either another program has straightened the slices, and the size is right; or the tilt was lost on the way, and the model is skewed by {skew:.0f} mm for every 100 mm from front to back and {deep:.1f} % too deep. Compare with the original images; a lost tilt can be applied on purpose.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>If the header is right, the model is skewed by {skew:.0f} mm for every 100 mm from front to back: compare with the original images.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>It counts along the table, which the tilted slices do not follow.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Nothing says that PixelSpacing was calibrated: measure a known length.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>PixelSpacing states {row:.4g} × {column:.4g} mm and is used, {name} states {other_row:.4g} × {other_column:.4g} mm. A program that takes the other makes the model {size} within the slices.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>PixelSpacing was calibrated ({known}).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>SliceLocation puts {count} of {slices} slices in another order than their positions; the positions are used. A program that sorts by the tag folds the anatomy: the model is torn every {mean:.2f} mm.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>SpacingBetweenSlices states {stated:g} mm, the slices stand {mean:.3f} mm apart on average; the positions are used. A program that trusts the tag makes the model {size}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>SpacingBetweenSlices states {stated:g} mm: its sign has no meaning here.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The geometry was entered by hand: pixels of {row:g} × {column:g} mm, {slices} slices one after another. The size of the print is only as right as these numbers, and if the slices run the other way the model is a mirror image: measure a known length, and check left and right.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The header states a gantry tilt of {tag:g}°, the slice positions show {tilt:.2f}°; the positions are used.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The header states pixels of {stated_row:g} × {stated_column:g} mm.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The slice numbers leave out {skipped}: if slices are missing, the model is too short.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The slices are {thickness} mm thick and stand {mean:.3f} mm apart on average, so they {differ}. The distance is used; a program that takes the thickness for it makes the model {size}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>back</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>feet</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>front</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>head</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>leave up to {mm:.2f} mm unscanned</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>left</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>overlap by up to {mm:.2f} mm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>right</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{percent:.1f} % larger</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{percent:.1f} % smaller</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{percent:.1f} % too short</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{percent:.1f} % too tall</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{thin:g} to {thick:g}</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>geometry.hounsfield</name>
<message>
<source>RescaleType does not say what the values are (US, unspecified): they are taken for Hounsfield units, so thresholds in HU may miss the tissue. Compare air and a known tissue with what they should be.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The header does not fully say how stored values become Hounsfield units ({name} is missing and taken for {value}), so thresholds in HU may miss the tissue.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The header does not say how stored values become Hounsfield units (RescaleSlope and RescaleIntercept are missing): they are taken as they stand, so thresholds in HU may miss the tissue.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The values are not Hounsfield units ({what}): a threshold in HU means nothing here, and such a map is not for printing. Use the CT images that it was made from.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} slice is</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} slices are</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{name} is missing here, and the neighbouring slices state it</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{name} is stated here, and most of the other slices lack it</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{slices} left out, because the header maps stored values to others than those of the neighbours ({why}): ask for the complete series.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>geometry.manual</name>
<message>
<source>Choose one of {orientations}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Give ROWxCOLUMNxSTEP in mm, for example 0.2x0.2x0.25</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Give degrees between -{largest:g} and {largest:g}, but not 0</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Give its degrees, for example 18.5</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Give lengths from {smallest:g} to {largest:g} mm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Load the series as it is</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Load the series as it is: it is straightened by its positions</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>a column of {value:g} mm is impossible</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>a gantry tilt of {tilt:g}° is impossible</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>a row of {value:g} mm is impossible</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>a step of {value:g} mm is impossible</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the header states no gantry tilt that could be applied</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the slices show a tilt of {seen:.1f}° themselves, so none was lost</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>there is no orientation {orientation!r}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>these slices are not axial, so no gantry tilt was lost in them</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{text!r} is no geometry</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>geometry.naming</name>
<message>
<source>It is put onto a straight, even grid, with planes as close as the pixels.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>It is put onto a straight, even grid, with planes as close as the slices.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>It is put onto a straight, even grid, {mm:g} mm apart.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Nothing was scanned from {start:.1f} to {end:.1f} mm.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Slices are missing at {places} mm.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The voxels stay as they are.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>all {sections} sections</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>axial</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>coronal</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>oblique</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>pixel {pixel:.3g} mm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>sagittal</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>section {section} of {sections} ({axis} {low:.0f} to {high:.0f} mm)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>stack {number}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>stack {number} ({difference})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>tilt {tilt:.0f}°</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} images were there more than once.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>geometry.reconstructions</name>
<message>
<source>acquisition {value}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>dimension {value}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>echo {value}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>field of view {number}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>image type {value}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>kernel {value}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>not stated</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>pass {number} by time</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>temporal position {value}</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>geometry.stack</name>
<message>
<source>. They do state {lengths}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The headers do not say where the slices lie ({files} files): {faults}{stated}. {way_out}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Where pixel size and slice distance are known from the scanner's own program, they can be entered by hand, as geometry ROWxCOLUMNxSTEP</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the headers do not say where the slices lie ({files} files): {faults}{stated}</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>image_io.common</name>
<message>
<source>Copy the file again, or save it again as .nrrd or .nii.gz</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Give a file</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>a size or place in its header is no number</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it is cut off: its packed voxels have no end</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it is cut off: {there:,} of {whole:,} bytes of voxels are there</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it is cut off: {whole:,} bytes of voxels are not in it</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>its header gives several voxels one place</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>its packed voxels are damaged</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>no volume has {shape} voxels</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this is no file, but a pipe or a device</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>image_io.metaimage</name>
<message>
<source>Save one volume of it as a file of its own</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>a size or place in its header is no number</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it does not hold one volume of three dimensions</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it has no MetaImage header</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>its header lacks {fields}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>its voxels are of type {type}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>its voxels are spread over several files</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>its voxels are written in a way that PrintPrep does not read</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>image_io.nifti</name>
<message>
<source>Save it again with its place, or as .nrrd</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Save it as one .nii or .nii.gz file</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Save one volume of it as a file of its own</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it does not hold one volume of three dimensions</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it does not say where in the patient its voxels lie (no sform, no qform)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it has no NIfTI header</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it states two places, {off:.1f} mm apart; the one that Slicer takes was taken</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>its header and its voxels are in two files</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>its header does not say where its voxels begin</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>its places are in an unknown unit</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>its voxels are of type {type}</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>image_io.nrrd</name>
<message>
<source>Save one volume of it as a file of its own</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Writing the volume</source>
<translation>Volumen wird geschrieben</translation>
</message>
<message>
<source>a size or place in its header is no number</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it does not hold one volume of three dimensions</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it has no NRRD header</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it holds {count} values a voxel, not one</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it is cut off: {there:,} of {whole:,} voxels are there</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it names a segment in a layer that is not there</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>its header lacks {fields}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>its places are in {units}, not in mm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>its space is {space}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>its voxels are of type {type}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>its voxels are packed as {encoding}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>its voxels are spread over several files</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>one of its voxels is no number</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>one of its voxels is no number of type {type}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the label of its segment {name} is no number</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>image_io.read</name>
<message>
<source>Close other programs, or save a smaller part of it</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Give a NRRD, NIfTI or MetaImage file</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it cannot be read ({reason})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>its packed voxels are damaged</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the file is damaged ({reason})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the file is empty</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the file {name} with its voxels is not beside it</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>there is no such file</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>there is not enough memory for its voxels</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this is DICOM, not a volume file</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this is no volume file that PrintPrep knows</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>io.common</name>
<message>
<source>Export or copy the file again</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Reading the file back</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The disk may be failing: choose another one</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Writing the model</source>
<translation>Modell wird geschrieben</translation>
</message>
<message>
<source>the file does not read back as it was written</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{what} {number} has no {columns} numbers</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>io.export</name>
<message>
<source>3MF (with unit and names)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>OBJ (with names)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>PLY (binary)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>STL (binary)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>There are {formats}: choose one</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>there is no format {name!r}</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>io.obj</name>
<message>
<source>Export the file again</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>a polygon has a corner that is no number ({reason})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>point</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>io.placement</name>
<message>
<source>1 is true to life</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Centre the model or choose a smaller scale</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Check the threshold</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Make the model again</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>There are {units}: choose one</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>inch</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>inches</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>metre</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>metres</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>millimetre</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>millimetres</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the model has no surface</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the model holds points that are not numbers</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the model reaches {farthest:.0f} mm from the origin, where the numbers of an STL file are coarser than 0.001 mm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the scale must be a positive number</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>there is no unit {unit!r}</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>io.ply</name>
<message>
<source>Make a smaller part</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it is cut off: it tells of {number:,} × {element}, and there are {found:,}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>its header has no end</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>its header makes no sense at {line!r}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>its header tells no format</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>its points have no x, y and z</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>polygon {number} cannot be read</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the model has more triangles than PLY can count</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this PLY file cannot be read: {why}</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>io.read</name>
<message>
<source>Export or copy it again</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Export the model again</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Export the model as a surface of triangles</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Give the name of a STL, OBJ, PLY or 3MF file</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Repair the model in the program that made it, and export it again</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>a triangle uses a point that is not there (there are {count:,})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it is a folder</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>no triangle in the file has an area</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>point {number:,} has a coordinate of {value:.3g}: nothing is so far away</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>point {number:,} has a coordinate that is no finite number</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the file cannot be read ({reason})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the file holds {count:,} points and no triangle</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the file is damaged ({reason})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the file is empty</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the file is larger than any model</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>there is no such file</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this is no file, but a pipe or a device</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this is no model file, or it is damaged</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this is text, and no model</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>io.stl</name>
<message>
<source>Make a smaller part</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>a header of 84 bytes</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>corner</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the model has more triangles than STL can count</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this STL text is cut off: {facets:,} triangles begin, and there are {corners:,} corners</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this is no STL file, or it is cut off: {told} should stand here, and there are {held:,} triangles</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this is not a whole binary STL file</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{left:,} bytes follow the {told:,} triangles that this STL file tells of</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{told:,} triangles</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>io.threemf</name>
<message>
<source>Make the model again, or choose STL</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the model holds triangles of two corners, which 3MF does not know</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this 3MF file asks for an object {name!r} that it does not hold</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this 3MF file counts in an unknown unit ({unit!r})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this 3MF file declares entities, which no model needs</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this 3MF file has a coordinate that is no number ({reason})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this 3MF file has a transform that is not of twelve numbers</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this 3MF file has a triangle beyond its {count:,} points</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this 3MF file has an element without {name} in {path}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this 3MF file has more points than any model</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this 3MF file has no part {path}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this 3MF file has too many parts</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this 3MF file holds no object that is to be built</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this 3MF file is damaged in {path} ({reason})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this 3MF file is damaged or locked ({reason})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this 3MF file is larger unpacked than any model</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this 3MF file nests its objects without end</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this 3MF file packs {path} in a way that 3MF does not know</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this 3MF file repeats its objects without end</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>job.model</name>
<message>
<source>Measuring half contrast</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>job.results</name>
<message>
<source>Drawing the pictures</source>
<translation>Bilder werden gezeichnet</translation>
</message>
<message>
<source>No picture of the model: {reason}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Writing the volume</source>
<translation>Volumen wird geschrieben</translation>
</message>
</context>
<context>
<name>job.run</name>
<message>
<source>Left by a run that was killed, or is at work there: {names} in {folder}. Where no other run is at work it can be removed</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Moving the files into place</source>
<translation>Dateien werden an ihren Platz gebracht</translation>
</message>
</context>
<context>
<name>job.segment</name>
<message>
<source>Bringing the mask to the volume</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Choose another threshold, or leave it out</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Keeping the largest island</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Segmenting</source>
<translation>Segmentieren</translation>
</message>
<message>
<source>no voxel of the label {label} lies in the range of grey values</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>lab.calibration</name>
<message>
<source>Calibration object</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Calibrations (*.json)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Deviation</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Kept in {name}. The next check uses it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Measured</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Measuring the object</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Nominal</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Object</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>lab.caliper</name>
<message>
<source>Added to the record. {told}</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>lab.compare</name>
<message>
<source>Comparing with {name}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Models (*.stl *.obj *.ply *.3mf)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>What</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>lab.conversion</name>
<message>
<source>Archive to convert</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Converted into {folder}, but the summary cannot be read: {error}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Folder for the converted files</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Slicer's Python could not be started, so nothing was converted.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Slicer's Python was not found, so nothing was converted.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Starting</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Stopping after the file in hand</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>lab.settings</name>
<message>
<source>A protocol</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Protocols (*.json)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>from a file…</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>none</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>own size…</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>lab.verification</name>
<message>
<source>A record</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Records (qa*.json);;All files (*)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Verifying the record</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>mesh.decimate</name>
<message>
<source>0.1 mm is a good start</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Allow a larger deviation, or keep all triangles</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Check the threshold</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Choose a smaller share</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Keep all triangles, or smooth the surface first</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Reducing</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>no triangles can be removed without moving the surface by more than {bound:g} mm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the largest deviation must be a positive number</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the model has no surface</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the share of triangles to remove must lie between 0 and {largest:.0%}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the surface would not stay closed with fewer triangles</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>mesh.deviation</name>
<message>
<source>Check the threshold</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Measuring the deviation</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the model has no surface</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>mesh.faults</name>
<message>
<source>Looking for faults of the surface</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>mesh.proximity</name>
<message>
<source>Measuring distances</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>mesh.refine</name>
<message>
<source>0.1 mm is a good start</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Allow a larger deviation, or do without one of the two</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>smoothed and thinned, the surface would move by more than {bound:g} mm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the largest deviation must be a positive number</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>mesh.self_intersection</name>
<message>
<source>Looking for self-intersections</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Make it again</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>none by construction within each body; where bodies touch, and the outside meets them, they may overlap by part of a voxel, which printing programs join</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>none by construction: every triangle lies within its own cell of eight voxels, and the triangles of a cell do not meet but in their common sides</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the model holds points that are not numbers</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>mesh.smooth</name>
<message>
<source>Check the threshold</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Choose less smoothing</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Choose the length of the finest wave that is to stay</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Smoothing</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>smoothing away what is finer than {detail:g} mm would make the model {percent:.1f} % larger, more than the {allowed:g} % allowed</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>smoothing away what is finer than {detail:g} mm would make the model {percent:.1f} % smaller, more than the {allowed:g} % allowed</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the model has no surface</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the smoothing must lie between {shortest:g} and {longest:g} mm</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>mrml.belonging</name>
<message>
<source>Choose the volume that it was made of, or make a segment of this volume</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Make the segment and the model again</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the model {model} was made of another volume than {volume}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the model {model} was made of another volume, {volume}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the segmentation {segmentation} does not lie on {volume}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the segmentation {segmentation} was made of another volume than {volume}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the segmentation {segmentation} was made of another volume, {other}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{volume} was changed after the model {model} was made of it</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{volume} was changed after the segmentation {segmentation} was made of it</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>mrml.markups</name>
<message>
<source>Depth</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Height</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Width</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>mrml.models</name>
<message>
<source>Check the model again</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Export without the record, or load the volume again</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Making the model</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the model {model} holds no surface</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the record was not made of this model</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the volume that the model was made of is not in the scene any more</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>mrml.qa</name>
<message>
<source>Load the series again, or make a regular volume of it</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Make a regular volume of it first</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Measuring</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>PrintPrep does not know the acquisition of {volume}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the spacing, place or size of {volume} was changed after PrintPrep read it</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{volume} stands under a transform</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>mrml.regularize</name>
<message>
<source>The volume was stretched, scaled or sheared in Slicer after it was read, by up to {percent:.2f} %: sizes are no longer the scanner's. Load the series again, unless this is what you want.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>mrml.segments</name>
<message>
<source>Choose a smaller size</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Choose one of {known}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Cleaning the segment</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Making Slicer's surface</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Put both under the same transform</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Reading the segment</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Slicer makes no surface of this segment</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The segment is empty</source>
<translation>Das Segment ist leer</translation>
</message>
<message>
<source>no part of the segment is as large as {smallest:g} mm³</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>no part of the segment measures {smallest:g} mm³</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the range {lower:g} to {upper:g} holds no value</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the segment {segment} cannot be changed</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the segmentation {segmentation} cannot be turned into voxels</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the segmentation {segmentation} has no segment {segment}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>there is no surface {surface}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{volume} and {segmentation} stand under different transforms</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>mrml.volumes</name>
<message>
<source>Choose a range that parts the object from its surroundings</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Choose a scalar volume</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Finding the surface</source>
<translation>Oberfläche wird gesucht</translation>
</message>
<message>
<source>Measuring</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>PrintPrep has not seen the geometry of this volume yet. Make a regular volume of it; where it is regular already, its voxels stay as they are.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The spacing, place or size of the volume was changed after PrintPrep read it. Load the series again, or make a regular volume of it as it stands now.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The volume holds no image.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The volume stands under a transform. Make a regular volume of it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the surface of this range shows no contrast to measure</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the volume {volume} holds no image</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the volume {volume} holds {count} values per voxel, not one</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{size} voxels of {spacing} mm, interpolated onto a straight, even grid.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{size} voxels of {spacing} mm, interpolated onto a straight, even grid; no voxel is misplaced by more than {bound}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{size} voxels of {spacing} mm, just as acquired.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>pet.decay</name>
<message>
<source>FrameReferenceTime leads to another start for each acquisition</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>FrameReferenceTime or ActualFrameDuration is missing: the first acquisition among the images at hand is taken for the start</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>RadionuclideHalfLife is {value:g}, which is that of {nuclide} in minutes and not in seconds</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>RadiopharmaceuticalStartTime is another time of day than RadiopharmaceuticalStartDateTime, which counts</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>RadiopharmaceuticalStartTime is {minutes:.1f} min after the scan: clocks do not agree</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Radiopharmaceutical{name} cannot be read as a time</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>SeriesTime is later than the first acquisition: it is not the time of the scan</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>a factor of {factor:.3g}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>that is left after {minutes:.1f} min, at {told}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the acquisition is more than a day after SeriesTime: dates do not agree</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the dose would have been given {count:.1f} half-lives before {told}: clocks or dates do not agree</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the dose would have been given {minutes:.1f} min after {told}: clocks or dates do not agree</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the first acquisition</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the header does not say on which day the dose was given, and the nuclide (half-life {hours:.0f} h) may have been given on an earlier one</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the header says no date of administration: taken as the day of the scan</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the header says no date of administration: taken as the evening before the scan</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the scan time that GE states in (0009,xx0D)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the start of the series</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the time worked back from FrameReferenceTime and ActualFrameDuration</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{keyword} differs within the series</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{name} is no number</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{name} is {value:g}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{name}Date and {name}Time are no date and time</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{told} is after the first acquisition: clocks or dates do not agree</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{told} is more than a day before the first acquisition</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{told} is no date and time</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{told} is {minutes:.1f} min earlier than SeriesTime, which counts; the SUV would differ by {change}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{told} is {minutes:.1f} min later than SeriesTime, which counts; the SUV would differ by {change}</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>pet.suv</name>
<message>
<source>Bq/ml × body weight ÷ dose {told}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>CorrectedImage lacks ATTN: the images are not attenuation corrected</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>CorrectedImage lacks DECY: the images are not decay corrected</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>DecayCorrection is NONE: the images are not decay corrected</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>DecayCorrection is {value}, which DICOM does not define</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>No SUV: {reasons}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>No SUV: {reasons}. The volume stays in {units}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>PatientWeight is {value:g}, which cannot be kilograms</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>RadionuclideTotalDose is {value:g}, too little in Bq; it may have been meant in {unit}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>RadionuclideTotalDose is {value:g}, too much in Bq</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>SUV by body weight: {method}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>SUVType is absent: g/ml is SUV by body weight then</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>as given (the images are decay corrected to the administration)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>counts × {name}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>counts × {name} = Bq/ml; {method}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>missing in the header: {keywords}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the header cannot be read ({reason})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the header names {count} radiopharmaceuticals, and not which of them is seen</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the scale factors of Philips (7053,xx00) and (7053,xx09) imply an SUV that differs by {change:.0%}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the values are SUV already, but of the type {type}, not BW</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the values are SUV by body weight already (Units GML)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>values in the unit {unit} cannot be turned into SUV by body weight</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>pixels.decode</name>
<message>
<source>Convert the series to uncompressed DICOM</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Convert the series to uncompressed DICOM, or install {package}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>frame {number} is missing</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>no decoder for {name} is known</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the decoded image has the shape {found}, the header says {stated}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the pixels ({name}) cannot be decoded: {reason}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{name} needs the package {package}, which is not installed here</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>pixels.elscint_codec</name>
<message>
<source>more than {pixels} pixels</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>more than {pixels} pixels, from offset {offset} on</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the private compression without a name is not known</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the private compression {name} is not known</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>truncated at offset {offset}: {done} of {pixels} pixels</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>truncated: {count} of {pixels} pixels</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} bytes are too many for {pixels} pixels</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} bytes too many after offset {offset}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} instead of {pixels} pixels</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>pixels.values</name>
<message>
<source>Copy the file again from its source</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>a colour image is no slice</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the compressed pixels are missing or truncated</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the pixels are truncated: {found} of {needed} bytes</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the pixels cannot be read ({reason})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the pixels in the private compression {name} cannot be decoded: {reason}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the private compression {name} is known for 16 bits a pixel only, not {bits}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the private compression {name} is unknown</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>qSlicerAbstractCoreModule</name>
<message>
<source>Printing</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>qa.assessment</name>
<message>
<source>Comparing with the edges</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Looking for edits</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Measuring half contrast</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Measuring the model</source>
<translation>Modell wird vermessen</translation>
</message>
</context>
<context>
<name>qa.edge_accuracy</name>
<message>
<source>Comparing with the edges</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>qa.plots</name>
<message>
<source>Drift (mm)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>From slice to slice</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Millimetres</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Share of the points (%)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Sideways drift of the slices</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Slice</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Step (mm)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The plot is in the view layout.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>There is no view to plot in.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>along columns</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>along rows</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>qa.printers</name>
<message>
<source>Choose one of the list, or give its build volume in mm, such as 250×210×220</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>as it lies</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>front–back</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>head–foot</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>left–right</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>long side</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>longest</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>middle</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>short side</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>shortest</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>side</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>there is no printer {name!r}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>tipped over so that its {upright} direction stands upright and its {along} direction runs along the bed's {side}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>tipped over so that its {upright} direction stands upright, and its {along} direction lies at {angle}° to the bed's x side</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>turned by 90° about the vertical</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>turned by {angle}° about the vertical, across the bed</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>turned so that the {upright} edge of its smallest box stands upright and the {along} runs along the bed's {side}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>turned so that the {upright} edge of its smallest box stands upright, and the {along} lies at {angle}° to the bed's x side</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>qa.protocol</name>
<message>
<source>Add one of {known}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Add the key {key}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Choose one of {known}, or give the path of a protocol's JSON file</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Follow docs/protocols.md</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Give a value above zero</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Give it as YYYY-MM-DD, like 2025-03-31</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Give the path of a protocol's JSON file</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Give zero or more</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Take it out, or use one of {known}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Write it in quotes</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Write it like {example}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Write it without quotes and without a unit</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Write true, or take the rule out</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Write {equal} for slices as thick as their distance, {no_gap} where they may overlap</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>rules: must hold at least one rule</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the file does not hold an object</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>there is no protocol {name!r}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this is too large for a protocol</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{key}: is missing</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{key}: is not known</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{key}: is {value:g}, below zero</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{key}: is {value:g}, not above zero</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{key}: must be a list of texts</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{key}: must be a number</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{key}: must be a text</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{key}: must be true</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{key}: must be {equal} or {no_gap}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{key}: must name kernels by manufacturer</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{text!r} is not a date of surgery</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>qa.record</name>
<message>
<source>PDF (*.pdf)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Printing the record</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Save the record as PDF</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The record is {path}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Writing the record</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>anterior</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>inferior</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>left</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>posterior</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>right</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>superior</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>qa.review</name>
<message>
<source>Tick it when you have made sure of it.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>qa.segment_edits</name>
<message>
<source>Choose a threshold that includes part of the anatomy</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The segment is empty</source>
<translation>Das Segment ist leer</translation>
</message>
</context>
<context>
<name>qa.surface_accuracy</name>
<message>
<source>Check the threshold</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Comparing with the grey values</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the model has no surface</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>qa.table</name>
<message>
<source>Nothing needs attention.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>There is no place to show.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>qa.thin_bridges</name>
<message>
<source>Looking for thin bridges</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>qa.threshold_effects</name>
<message>
<source>Check the threshold</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Measuring the effect of the threshold</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the model has no surface</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>qa.wall_thickness</name>
<message>
<source>Mapping the walls</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Measuring the walls</source>
<translation>Wände werden vermessen</translation>
</message>
</context>
<context>
<name>report.charts</name>
<message>
<source>Distance</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Distance of each slice to the next</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Model against the edges, + outside</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Model against the grey values, + outside</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>No chart: {error}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>No picture: {reason}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Offset in plane (mm)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Share (%)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Slice</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Smoothed and thinned against as made, + outside</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Step (mm)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The model and its size in mm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Thickness</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Thickness of the walls</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Tilt: place of each slice in its plane</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>a histogram needs ascending edges, one more than counts</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>all alike</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>all fit {step:.4g} mm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>along columns</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>along rows</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>duplicate ({count})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>gap ({count})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>limit {limit:g} mm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>none was made</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>off the median ({count})</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>report.comparison_page</name>
<message>
<source>Along each axis</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Distance of the model's surface to the reference</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Drawing the pictures</source>
<translation>Bilder werden gezeichnet</translation>
</message>
<message>
<source>Histogram of the signed distances</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>How much</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Model against reference</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Preparing the reference</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>PrintPrep comparison</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Red lies outside the reference, blue inside; the scale ends at ± {reach:g} mm.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Scale (model ÷ reference)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Size of the model, mm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Size of the reference, mm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The model from three sides</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>There is no picture ({reason}).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Where</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Writing the files</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>signed distance in mm (negative: inside the reference)</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>report.drawing</name>
<message>
<source>Pillow is older than 10.1, whose font has a size</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>report.html</name>
<message>
<source>Age</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Applied tilt</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Area</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>As read</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Averaged planes</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Background</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Bed</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Boundary edges</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Bridges</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Calibration</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Center of mass</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Count</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Crumbs</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Cut share</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Delta</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Derivation names tilt</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Deviation</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Drift</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Duplicate triangles</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Edited share</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Edits</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Entered</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Erased</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Erased surface share</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Examined</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Extents</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>File</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Fits</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Image type</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Image types</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Inconsistent edges</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Joined at</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Known</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Largest island</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Largest scale</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Largest spacing</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Limit</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Lossy</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Margin</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Matrix</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Max</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Mean</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Median</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Merged points</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Metal</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Method</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Min</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Mixed share</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Mixed volume</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Name</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Nominal</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Non manifold edges</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Non manifold vertices</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Not for clinical use unless locally validated.</source>
<translation>Nicht für den klinischen Einsatz, solange nicht vor Ort validiert.</translation>
</message>
<message>
<source>Of this scanner</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Orientation</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Oriented axes</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Oriented extents</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Other parts</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Painted</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Painted depth</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Painted surface share</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Pairs</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Partial volume</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Parts</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Pieces</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Place</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Places</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Printed</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Printer</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Ratio</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Reason</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Reduction</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Refinement</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Rms</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Samples</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Saturated</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Scale</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Scanner id</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Self intersections</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Shift in</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Shift out</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Signed mean</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Size</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Slice gap</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Smallest</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Smoothing</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Spacing</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Spacing between slices</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Surface truth</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Thin share</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Thinnest wall</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Threshold effect</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Total</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Transfer syntax</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Triangles</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Uncertainty</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Unmeasured</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Unused points</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Value unit</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Void</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Void volume</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Volume</source>
<translation>Volumen</translation>
</message>
<message>
<source>Volume percent in</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Volume percent out</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Voxels</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Wall thickness</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Widths</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Zero area triangles</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>and {count} more, in qa.json</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>days</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>no</source>
<translation>nein</translation>
</message>
<message>
<source>yes</source>
<translation>ja</translation>
</message>
<message>
<source>{count} in qa.json</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>report.record_page</name>
<message>
<source>Acquisition</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Check</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Checks: {all}, to be heeded: {grave}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Date</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Decision</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>EXCEPTION</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>FAIL</source>
<translation>NICHT BESTANDEN</translation>
</message>
<message>
<source>File</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Files</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Files that take no part</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Fit for printing with care: read what is marked below first.</source>
<translation>Druckbar mit Vorsicht: Lesen Sie zuerst, was unten markiert ist.</translation>
</message>
<message>
<source>Fit for printing: every check passed.</source>
<translation>Druckbar: Jede Prüfung ist bestanden.</translation>
</message>
<message>
<source>Format</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>From scan to surgery</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Further measures</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>How it was made</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Identification</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Limit</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Measured</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Measured on the print</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Model and files</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Names</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Not fit for printing true to size: read why below.</source>
<translation>Nicht maßhaltig druckbar: Lesen Sie unten, warum.</translation>
</message>
<message>
<source>Operator</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>PASS</source>
<translation>BESTANDEN</translation>
</message>
<message>
<source>Passed</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>PrintPrep geometry record</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Protocol: {title}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Reason</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Reason given: {reason}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Reasons</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Review</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Reviewer</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Rules</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>SHA-256 of the record {sum}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Segment</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Signature</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Software</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Source of the rules</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Status</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The reviewer confirms:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Versions</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Volume</source>
<translation>Volumen</translation>
</message>
<message>
<source>WARNING</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>WITH CARE</source>
<translation>MIT VORSICHT</translation>
</message>
<message>
<source>What it means for the print</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>______ × ______ × ______ , expected {size}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>accepted</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>accepted although these checks failed: {checks}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>accepted with reservations</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>note</source>
<translation>Hinweis</translation>
</message>
<message>
<source>pass</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>rejected</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{created} · PrintPrep {version} · series {series}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{days} days</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{measured} (limit {limit})</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>report.record_rows</name>
<message>
<source>Blur in the slices, across them (SD)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Blur of the images (SD)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Closed surface</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Compression</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Duplicate, missing slices</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Edge looked for within</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Edge outside of the range's surface by (5 %, mean, 95 %)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Edges</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Edges: open, overused, at odds</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>File</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Fits into</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Folder</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>From … to, {axis}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Grey values</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Half contrast, measured</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>IJK to RAS, row {number}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Interpolation</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Kernel</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Label {value}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Label {value}, {name}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Mask</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Material</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Matrix (rows, columns)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Method</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Missing along the normal at</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Moved by</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Nothing scanned from … to</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Odd steps behind slice (mm)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Part of the file</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Patient</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Patient ID</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Pixel (row, column)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Residual to the headers (max, RMS)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Scale</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Scanner</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Sections, this one</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Series</source>
<translation>Serie</translation>
</message>
<message>
<source>Shear (row, column)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Shells, hollows among them</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Size in the file</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Size x × y × z</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Slice thickness</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Slices</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Spacing asked for</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Spacing i × j × k</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Stack</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Steps (min, median, max)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Study</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Surface</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Surface lies</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Surface outside of it by</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Tilt, from the positions</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Tilt, stated by the header</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Too large for</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Triangles</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Unit, coordinates</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Volume</source>
<translation>Volumen</translation>
</message>
<message>
<source>Volume of the voxels</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Voxels</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Voxels i × j × k</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>What that cost</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>half-way between voxels</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>linear</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>linear, slice by slice</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>nearest</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>no</source>
<translation>nein</translation>
</message>
<message>
<source>none that needed PrintPrep</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>none, voxels untouched</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>where the anatomy ends, at the edges in the images, as asked for</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>where the anatomy ends, at the edges in the images, because no threshold was given</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>where the grey values cross the range, as asked for</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>where the grey values cross the threshold, because one was given</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>yes</source>
<translation>ja</translation>
</message>
<message>
<source>{fitted:.1f} % fitted, {thin:.1f} % on thin walls, {kept:.1f} % kept</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{grey} and less</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{grey} and more</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{number} of {of}: {name}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{sections}, as one volume</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{stack} of {stacks}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{stack} of {stacks} ({apart})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{steps} and {count} more</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{value} on {share:.0f} % of the edges</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{volume} in the mask; the surface moved by {mean} on average, by up to {p95} on 95 % of it; at the end of the reach on {share:.1f} %</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>report.renderer</name>
<message>
<source>Anterior</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Drawing the pictures</source>
<translation>Bilder werden gezeichnet</translation>
</message>
<message>
<source>Left lateral</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Superior</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>series.duplicates</name>
<message>
<source>Comparing images at one position</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>pass {number} by slice number</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>same image as {name} at the same position</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>series.membership</name>
<message>
<source>Files of one SeriesInstanceUID differ in {what}: they are kept apart, and this is part {part}. Make sure that it is the right one.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>FrameOfReferenceUID</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Modality</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>SeriesDescription</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>SeriesInstanceUID is missing in some slices ({count}); they agree with the others in patient, study, number and frame of reference and are used.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>SeriesInstanceUID is missing, and slice numbers occur several times: several series may be mixed here, and nothing tells them apart. Export each series by itself.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>SeriesInstanceUID is missing, and so are number and frame of reference: nothing says that these slices are one series. Check that the folder holds nothing else.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>SeriesInstanceUID is missing, and the files differ in {what}: they are kept apart, and this is part {part}. Make sure that it is the right one.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>SeriesInstanceUID is missing: the slices are taken as one series because they agree in patient, study, number and frame of reference.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>SeriesNumber</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>SeriesTime</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>StudyInstanceUID</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The slices state {count} different series, but agree in patient, study, number and frame of reference: they are one series here.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>patient</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{what} changes from slice to slice, so nothing says which slices belong together, and no volume is made of them. Export the series again from its source.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>series.reader</name>
<message>
<source>Check the path</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Choose the folder that holds the DICOM files</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Reading headers</source>
<translation>Header werden gelesen</translation>
</message>
<message>
<source>copy of {name}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>stack {number}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>there is no file in this folder</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>there is no such file or folder</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>series.sections</name>
<message>
<source>Load the sections one by one</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>another run of the scan overlaps here, shows the same and is used instead</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>runs of this series overlap and do not show the same there, so they cannot be one volume</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>series.selection</name>
<message>
<source>Choose the folder that holds the CT images</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Give a number from 1 to {count}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Give the ID of the one that is meant</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Give the UID of the one that is meant</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>There are the series {numbers}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>no file here is a slice of a series ({reasons})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>there is no section {wanted}: the series has {count}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>there is no series {wanted}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>there is no stack {wanted}: the series has {count}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>without a number</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} sections were found; number {number}, the largest with {slices} slices, was taken.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} series answer to {wanted}, as files of one UID were kept apart</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} series have the number {wanted}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} series were found; series {number}, the one with most slices ({slices}), was taken.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} slice of the series makes no volume: {reason}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} slices of the series make no volume: {reason}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} stacks of slices were found; the largest, with {slices} slices, was taken.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>series.stack_pixels</name>
<message>
<source>Reading pixels</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The value that the header gives to pixels without data (PixelPaddingValue, up to {value:g} HU) is one of the body: {percent:.2g} % of the pixels have it and were taken as measured. Only those connected with the corners of the image count as no data; look whether the model is complete.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>states.choices</name>
<message>
<source>0 fitted, 1 thin, 2 kept</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>1st edge</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>2nd edge</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>3rd edge</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>As acquired</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Distance to the grey values (mm)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Distance to the reference (mm)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Equal in all directions</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Millimetres</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Moved by the edge (mm)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Wall thickness (mm)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>all models in one file</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>all models, one file each</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>all parts</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>automatic</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>ball</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>block</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>cylinder</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>diameter</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>distance from slice to slice</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>distance to the grey values</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>distance to the other model</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>edge: where the anatomy ends</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>full: every triangle</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>high: within 0.05 mm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>how far the edge moved it</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>inch</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>length</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>medium: within 0.1 mm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>metre</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>millimetre</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>none</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>nothing: its own colour</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>own limits (see More)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>parts of at least</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>sideways drift of the slices</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>small file: within 0.3 mm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the largest part</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the model of the chosen segment</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>thickness of its walls</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>threshold: at its grey value</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>wall thickness</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>where the edge was found</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>states.conversion</name>
<message>
<source>Done, {files} files: {counts}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Not converted, such as {file}: {reason}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The conversion broke off. What is in {folder} is whole. {reason}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The conversion failed: {reason}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The files are in {folder}; summary.csv names each.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{reason} The files so far are in {folder}</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>states.export</name>
<message>
<source>A check failed: say below why the model is exported anyway.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Choose at least one format.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Choose the folder for the files.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Export the model.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Failed: {names}. Why is the model exported anyway?</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Give the files a name.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Out of date: {names}. Make these models again (step 4).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The name may not hold any of {signs}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>There is no folder {folder}: choose another one.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>There is no model yet that is up to date (step 4).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>needs a model</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>not complete</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>ready</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>written</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>states.geometry</name>
<message>
<source>Choose a volume first (step 1).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Fit for printing; this needs care:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Not fit for printing true to size, because:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The geometry is fit for printing.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>fit for printing</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>make regular</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>needs a volume</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>not true to size</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>with care</source>
<translation>mit Vorsicht</translation>
</message>
</context>
<context>
<name>states.measuring</name>
<message>
<source>Against {name}: {mean:.3f} mm away on average, 95 % within {p95:.3f} mm, at most {most:.3f} mm.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Blue: the edge was fitted. Yellow: fitted as a thin wall. Red: no sure edge, kept where the segment has it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Check all first.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Check the model first: the readings belong to its record.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Click on the object in a slice view.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Compare with another model first: in the Lab.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Difference (%)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Known {names}:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Make the model with its surface at the edge first.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Mark a place inside the object.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Model ÷ reference</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Place: R {r:.1f}, A {a:.1f}, S {s:.1f} mm. The point can be dragged.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Red: outside the other model by up to 1 mm. Blue: inside it. Grey: not known.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Red: the edge lies up to 1 mm outside the segment's own surface. Blue: inside it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Red: the model stands out by up to 0.5 mm. Blue: it lies inside. Grey: not known.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Red: thinner than 1 mm. Blue: 5 mm and more. Grey: not known.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The model has the colour of its segment.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The model was turned and moved onto it first.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The slices stand straight above each other: there is no drift.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The steps of this volume are not known.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{word} is no number.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>states.model</name>
<message>
<source>Accept or discard the changed surface (see More).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>As the segment is, half-way between its voxels.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Edge: no range made the segment.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Edge: no range was set by hand.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Edge: where the grey values show that the anatomy ends.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Edge: {fitted:.0f} % fitted, {thin:.0f} % thin walls, {kept:.0f} % kept.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Make the model again for the detail that is chosen now.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Make the model again for the surface that is chosen now.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Make the model of the segment.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Slicer's surface (blue): volume {volume:+.1f} %, {mean:.3f} mm away on average, at most {most:.2f} mm.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The segment has changed since the model was made. Make the model again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The segment is empty: do step 3 first.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Threshold: at half contrast, as no range made the segment.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Threshold: exactly at the range of the segment.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Threshold: the range was set by hand.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>accept?</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>make</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>needs a segment</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>out of date</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{before:,} → {after:,} triangles. Volume {volume:+.2f} %; distance to the exact surface: mean {mean:.3f} mm, at most {most:.3f} mm.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{triangles:,} triangles, at the edge of the anatomy.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{triangles:,} triangles, just as the grey values give them.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{triangles:,} triangles, just as the segment is.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{triangles:,} triangles, smoothed below {smoothing:g} mm and thinned out; at most {most:.3f} mm off.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{triangles:,} triangles, smoothed below {smoothing:g} mm; at most {most:.3f} mm off.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{triangles:,} triangles, thinned out; at most {most:.3f} mm off.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>states.qa</name>
<message>
<source>All that no check can tell is confirmed:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Check the model before it is printed.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Checked against: {names}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Confirm what no check can tell ({missing} open):</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Fit for printing with care:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Fit for printing, as far as was looked at.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Fit for printing: every check passed.</source>
<translation>Druckbar: Jede Prüfung ist bestanden.</translation>
</message>
<message>
<source>Not fit for printing true to size:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Not looked at yet: {names}. Export does.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Nothing has changed since the record was made.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Nothing is found to have changed, but not all could be checked.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Something has changed since the record was made: do not rely on it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The protocol, the date or the printer has changed. Check the model again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>There is no model yet that is up to date (step 4).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>check</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>check again</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>fail</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>limit {limit}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>needs a model</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>none</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>pass</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>printer {name}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>protocol {name}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>short checks passed</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>show</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>surgery on {date}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>with care</source>
<translation>mit Vorsicht</translation>
</message>
<message>
<source>{count} more: see More.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{name} (not on this computer)</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>states.segment</name>
<message>
<source>Choose a tissue, watch the preview in the slice views, and apply it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Choose a volume first (step 1).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Half contrast is {half:.0f}: inside {inside:.0f}, outside {outside:.0f}. The range before put the surface {shift:.2f} mm too far in.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Half contrast is {half:.0f}: inside {inside:.0f}, outside {outside:.0f}. The range before put the surface {shift:.2f} mm too far out.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The volume has to be made regular first (step 2).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>This volume has no Hounsfield units: use an automatic threshold.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>choose a tissue</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>needs a regular volume</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>needs a volume</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{low:g} HU and more</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{low:g} to {high:g} HU</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>states.series</name>
<message>
<source>Left out: {left_out}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Load a series, or choose a volume.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>choose</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>no description</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>patient {patient}, study {study}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} volumes were loaded; choose one of them in step 1.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{name} (1 image)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{name} ({count} images)</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>states.view</name>
<message>
<source>Done: the model is exported. {text}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Failed: {names}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Next: open {step} and see what was found there.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Next: {step}.  {text}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The geometry is not true to size: see step 2.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>surface.edge_mesh</name>
<message>
<source>Keeping the surface apart from itself</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>surface.edges</name>
<message>
<source>Choose a threshold that includes part of the anatomy</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Finding the surface</source>
<translation>Oberfläche wird gesucht</translation>
</message>
<message>
<source>Fitting the edges</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Laying the surface through the edges</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Measuring blur and materials</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Surface ready</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The segment is empty</source>
<translation>Das Segment ist leer</translation>
</message>
</context>
<context>
<name>surface.following</name>
<message>
<source>Following the image</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>surface.grey_distance</name>
<message>
<source>Comparing with the grey values</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>surface.grey_values</name>
<message>
<source>Choose a threshold that includes part of the anatomy</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Finding the surface</source>
<translation>Oberfläche wird gesucht</translation>
</message>
<message>
<source>Placing the surface</source>
<translation>Oberfläche wird platziert</translation>
</message>
<message>
<source>Surface ready</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The segment is empty</source>
<translation>Das Segment ist leer</translation>
</message>
</context>
<context>
<name>surface.masks</name>
<message>
<source>Choose a smaller spacing of the volume, or another label</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Choose of {labels}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Give a label map: 0 where nothing is meant, a whole number for each part</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Give the mask that was made of this series</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Of the place of the mask: {note}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Take one at a time, or several as one part, with LABEL+LABEL</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it holds no label: every voxel is 0</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it holds no voxel with the label {missing}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it holds the value {odd:g}, and labels are whole numbers</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it holds values from {lowest:g} to {highest:g}: grey values, not labels</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it holds {count} different values: grey values, not labels</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the label {name} is smaller than the volume's voxels: none of them lies in it</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the label {name} lies outside the volume, {beyond:.0f} mm beyond it</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the segments {one} and {other} overlap</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{percent:.0f} % of the label {name} lie outside the volume: they are left out.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>surface.threshold</name>
<message>
<source>All voxels have the same value, so no threshold parts them</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Choose a threshold inside the range of the volume</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Choose one of {presets}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Give the threshold yourself</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Leave it out for an automatic threshold, or give a threshold</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>no voxel of the volume has a value from {low:g} to {high:g}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>no voxel of the volume has a value from {low:g} upwards</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the preset {name} is a range of HU, which {modality} images do not have</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>there is no preset {name!r}</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>verify.edge</name>
<message>
<source>Another version of PrintPrep made the record, and this one finds another surface.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Made again from the volume, the surface at the edges has the figures of the record (lengths within {length:g} mm).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Reading the volume</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Surface made again</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The record's part on the edges is not as PrintPrep writes it ({error!r}).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The segment is not what the range of grey values alone makes of this volume, so the surface is not made again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The segment records no range of grey values, so the surface is not made again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The surface was made of a mask, so it is not made again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The surface was smoothed or thinned out since, so it is not made again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The volume beside the record is another one: the surface is not made again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The volume is not beside the record, so the surface is not made again.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>verify.items</name>
<message>
<source>{key} is {found}, recorded as {recorded}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{key} is {found}, recorded as {recorded} (off by {off:+.6g})</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>verify.mask</name>
<message>
<source>Mask</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The mask is not beside the record: put it there to have it compared.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The mask's part of the record is not as PrintPrep writes it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{name} is not the mask that was used: its SHA-256 is {found}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{name} is the mask that was used.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>verify.model</name>
<message>
<source>Figures of part {number} of {of} ({part}) of {name}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Figures of {name}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Measured again, the figures are those of the record (lengths within {length:g} mm).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Measured again, the figures are those of the record (lengths within {length:g} mm). Corners at one place are one here, so this cannot be told: {doubtful}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Measuring {name}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The model part is not as PrintPrep writes it ({error!r}).</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>verify.record</name>
<message>
<source>Checks that are not there</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Checks worked out again</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Choose another file</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>File {name}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Files</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Give the file itself</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Give the qa.json of a model</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Make the record again</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Other checks</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Reading the record</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Record</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The checks do not run: a part of the record is not as PrintPrep writes it ({error!r}).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The record carries no checksum: a change by hand would show in its figures only.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The record does not hold what {checks} was worked out from.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The record is as it was written. Its checksum is no signature.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The record lacks the checks {checks}, which its version did not make.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The record lacks the checks {checks}, which this same version makes.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The record names no file.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The record was changed after it was made: its checksum does not fit.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The verdict follows from the checks: {verdict}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Use the version of PrintPrep that made it</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Verdict</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it cannot be read ({reason})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>its schema is {schema!r}, this version knows {known!r}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the record lacks {parts}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>there is no such file</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this folder holds no qa.json</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this folder holds {count} records ({names})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this is no JSON ({reason})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this is no geometry record: it names no schema</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} checks give the same results again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{name} is not the file that was written: its SHA-256 is {found}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{name} is not there.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{name} is the file as written.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>verify.source</name>
<message>
<source>No series there is the one of the record ({series}).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Series</source>
<translation>Serie</translation>
</message>
<message>
<source>The record was not made of a DICOM series.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The series is there, and its slices stand as recorded.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The source part is not as PrintPrep writes it ({error!r}).</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>verify.volume</name>
<message>
<source>Dimensions, spacing and place are those of the record; the grey values carry no sum.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The volume part is not as PrintPrep writes it ({error!r}).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>There is no {name} beside the record.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Volume {name}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{name} is no volume of PrintPrep: {reason}.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>volume.fan</name>
<message>
<source>Putting each slice in its place</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>volume.grid</name>
<message>
<source>Choose a coarser spacing</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Give for instance native or 0.5</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>a spacing of {step:g} mm needs {shape} = {millions:.0f} million voxels, more than the limit of {limit:.0f} million</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the spacing {choice!r} is neither native, isotropic nor a positive number of mm</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>volume.loading</name>
<message>
<source>series {series}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>series {series} has no stack {number}</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>volume.regular_volume</name>
<message>
<source>No voxel was added, changed or lost.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{before} million voxels became {after} million.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{before} million voxels became {after} million; detail finer than the planes is averaged away.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{before} million voxels became {after} million; no plane is farther than {reach} mm from a slice.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>volume.regularize</name>
<message>
<source>Load each of its stacks by itself</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>different images stand at the same positions</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>volume.resample</name>
<message>
<source>Making the volume regular</source>
<translation>Volumen wird regelmäßig gemacht</translation>
</message>
</context>
<context>
<name>volume.scene_volume</name>
<message>
<source>Harden the transform first (Data module, right click on the transform's icon), or take the volume out of it</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Resample it with the Crop Volume module first</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the transform above this volume bends or turns its slices (by up to {off:.2f} mm)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the volume is only one voxel wide</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the volume is sheared within its slices (by up to {off:.2f} mm)</source>
<translation type="unfinished"></translation>
</message>
</context>
</TS>
