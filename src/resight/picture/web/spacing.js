/** Every distance of a picture, in pixels. */

/** Height of a box with one line of text, and of one with its shape below. */
export const BOX_HEIGHT = 28;
export const TALL_BOX_HEIGHT = 40;
/** Narrowest and widest box of an op. */
export const BOX_MIN = 112;
export const BOX_MAX = 280;
/** Room between a box's border and its text, on each side. */
export const BOX_PAD = 12;
/** Radius of a merge's circle. */
export const MERGE_RADIUS = 12;
/** Between two boxes along the flow, where no wire turns. */
export const GAP = 20;
/** Between a frame's border and its first or last box, where no wire turns. */
export const EDGE_GAP = 14;
/** From a box to the first wire that turns below it; between such wires; from the last to the next box. */
export const TRACK_FIRST = 10;
export const TRACK = 8;
export const TRACK_LAST = 14;
/** Between boxes side by side; between a lane and what stands or runs left of it. */
export const COLUMN_GAP = 22;
export const LANE = 16;
/** Between ports of a frame that nothing else places. */
export const PORT_GAP = 16;
/** Band of a frame that holds its title, and padding at its other sides. */
export const HEAD = 24;
export const FRAME_PAD = 14;
/** Between a title and a wire that passes through its band. */
export const TITLE_GAP = 8;
/** How far each of the two outlines behind a repeat peeks out. */
export const STACK = 4;
/** A loop arc at a closed box: how far it bulges, its width at the side, and the least room for its number. */
export const LOOP_BULGE = 12;
export const LOOP_WIDTH = 16;
export const LOOP_NUMBER = 18;
/** Between two columns of a wrapped picture, and room above and below for the connector. */
export const GUTTER = 48;
export const TURN = 14;
/** Between the two legs of a U. */
export const BASIN = 72;
/** Around the whole picture. */
export const MARGIN = 28;
