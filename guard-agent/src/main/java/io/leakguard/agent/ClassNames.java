package io.leakguard.agent;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** Renames a class in the constants of a class file. */
final class ClassNames {

    private ClassNames() {}

    /**
     * Renames a class in a class file.
     *
     * @param file the class file
     * @param from its name with slashes
     * @param to its new name with slashes
     * @return the file with the new name
     */
    static byte[] rename(byte[] file, String from, String to) {
        try {
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(file));
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(file.length);
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeLong(in.readLong());
            int count = in.readUnsignedShort();
            out.writeShort(count);
            for (int i = 1; i < count; i++) {
                int tag = in.readUnsignedByte();
                out.writeByte(tag);
                if (tag == 1) {
                    String text = in.readUTF();
                    out.writeUTF(text.equals(from) ? to : text.replace("L" + from + ";", "L" + to + ";"));
                } else {
                    out.write(in.readNBytes(size(tag)));
                    i += tag == 5 || tag == 6 ? 1 : 0; // a long and a double take two places
                }
            }
            in.transferTo(out);
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new IllegalStateException("a class file of the agent is damaged", e);
        }
    }

    private static int size(int tag) {
        return switch (tag) {
            case 7, 8, 16, 19, 20 -> 2;
            case 15 -> 3;
            case 3, 4, 9, 10, 11, 12, 17, 18 -> 4;
            case 5, 6 -> 8;
            default -> throw new IllegalStateException("a class file of the agent has an unknown constant " + tag);
        };
    }
}
